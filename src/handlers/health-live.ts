import type { Handler } from '../../generated/operations.ts';

/** Whether the process runs: an answer is the proof. */
export function healthLive(): Handler<'healthLive'> {
  return async () => ({ status: 200, headers: { 'Content-Type': 'application/json' }, body: '{"status":"ok"}' });
}
