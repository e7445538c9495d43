import { originServerError } from '../errors/origin-server-error.ts';
import { parseFrameList } from '../syntax/frame-list.ts';

/**
 * Frame numbers of a path, from 1, in the order and as often as it names them.
 *
 * @throws OriginServerError 400 for what is no list of frame numbers
 */
export function frameNumbersOf(frames: string): readonly number[] {
  const parsed = parseFrameList(frames);
  if (!parsed.ok) throw originServerError('path-invalid', `Frame list: ${parsed.message}`);
  return parsed.value;
}
