import type { AnnotationKeyword } from '../syntax/annotation.ts';
import type { Viewport } from '../syntax/viewport.ts';
import type { Window } from '../syntax/window.ts';

/**
 * The rendering query parameters of a request, as values (PS3.18 Sup174 6.5.8.1.2). Plain data: it crosses to the
 * worker threads, and its JSON text is part of the entity tag.
 */
export interface RenderingParameters {
  readonly annotation?: readonly AnnotationKeyword[];
  /** 1 to 100; only a lossy media type heeds it. */
  readonly quality?: number;
  readonly viewport?: Viewport;
  readonly window?: Window;
}
