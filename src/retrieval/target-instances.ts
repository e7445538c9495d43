import { originServerError } from '../errors/origin-server-error.ts';
import type { InstanceRecord, Target } from '../storage/catalog.ts';
import type { InstanceStore } from '../storage/instance-store.ts';
import { parseUid } from '../syntax/uid.ts';

/** Path variables of a study, series or instance. */
export interface TargetPath {
  readonly study: string;
  readonly series?: string;
  readonly instance?: string;
}

/** Targets of paths. A URL that is asked for again comes with the same path. */
const targets = new WeakMap<TargetPath, Target>();

/**
 * The target resource that the path names.
 *
 * @throws OriginServerError 400 for what is no UID (PS3.5 9.1)
 */
export function targetOf(aeTitle: string, path: TargetPath): Target {
  const known = targets.get(path);
  if (known?.aeTitle === aeTitle) return known;
  const target = {
    aeTitle,
    StudyInstanceUID: uid('Study', path.study),
    ...(path.series === undefined ? {} : { SeriesInstanceUID: uid('Series', path.series) }),
    ...(path.instance === undefined ? {} : { SOPInstanceUID: uid('SOP', path.instance) }),
  };
  targets.set(path, target);
  return target;
}

function uid(level: string, text: string): string {
  const parsed = parseUid(text);
  if (!parsed.ok) throw originServerError('path-invalid', `${level} Instance UID: ${parsed.message}`);
  return parsed.value;
}

/**
 * The stored instances of a target.
 *
 * @throws OriginServerError 404 if there are none
 */
export async function targetInstances(
  instanceStore: InstanceStore,
  target: Target,
): Promise<readonly [InstanceRecord, ...InstanceRecord[]]> {
  const records = await instanceStore.find(target);
  if (records.length === 0) {
    const kind =
      target.SOPInstanceUID !== undefined ? 'instance' : target.SeriesInstanceUID !== undefined ? 'series' : 'study';
    throw originServerError('resource-unknown', `No such ${kind} is stored under the AE title ${target.aeTitle}.`);
  }
  return records as readonly [InstanceRecord, ...InstanceRecord[]];
}
