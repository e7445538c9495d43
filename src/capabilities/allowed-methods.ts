import { operations } from '../../generated/operations.ts';

/**
 * Methods that a resource supports, HEAD and OPTIONS included (RFC 9110 10.2.1).
 *
 * @param resource template such as /studies/{study}
 */
export function allowedMethods(resource: string): readonly string[] {
  const own = operations.filter(({ path }) => path === resource).map(({ method }) => method);
  return [
    ...own.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method])),
    ...(own.includes('OPTIONS') ? [] : ['OPTIONS']),
  ];
}
