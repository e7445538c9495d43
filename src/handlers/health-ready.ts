import type { Handler } from '../../generated/operations.ts';
import type { InstanceStore } from '../storage/instance-store.ts';

const headers = { 'Content-Type': 'application/json' };

/** Whether requests can be served: the catalogue answers a search, here for a study that nobody has. */
export function healthReady({ instanceStore }: { instanceStore: Pick<InstanceStore, 'find'> }): Handler<'healthReady'> {
  return async ({ aeTitle }) => {
    try {
      await instanceStore.find({ aeTitle, StudyInstanceUID: '0' });
      return { status: 200, headers, body: '{"status":"ok"}' };
    } catch {
      return { status: 503, headers, body: '{"status":"unavailable"}' };
    }
  };
}
