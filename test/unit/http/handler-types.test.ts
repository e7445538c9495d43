import { describe, expect, test } from 'vitest';
import type { Handler, Handlers, OperationResponse, PathParameters } from '../../../generated/operations.ts';

// The type checker proves this file: each line below an @ts-expect-error has to be an error, or the check fails.

const headers = {};

const retrieveStudy: Handler<'retrieveStudy'> = async ({ path }) => ({ status: 206, headers, body: path.study });

const otherPath: Handler<'retrieveStudy'> = async ({ path }) => ({
  status: 200,
  headers,
  // @ts-expect-error the path of a study names no series
  body: path.series,
});

// @ts-expect-error 201 is not a status of the operation
const otherStatus: Handler<'storeInstances'> = async () => ({ status: 201, headers });

// @ts-expect-error a problem is thrown, so that it gets its body and its clause
const problemByHand: Handler<'retrieveStudy'> = async () => ({ status: 404, headers });

// @ts-expect-error the handler of another operation: its path has variables that this one has not
const otherOperation: Handler<'retrieveStudy'> = async (request) => retrieveFramesOf(request.path);

function retrieveFramesOf({ frames }: PathParameters<'retrieveFrames'>): OperationResponse<'retrieveFrames'> {
  return { status: 200, headers, body: frames };
}

// @ts-expect-error an operation that is built needs its handler
const unbuilt: Pick<Handlers, 'retrieveStudy'> = { retrieveStudy: 'planned' };

// @ts-expect-error an operation that is planned has none yet: the mark in the API description goes first
const early: Pick<Handlers, 'searchForStudies'> = { searchForStudies: async () => ({ status: 200, headers }) };

// @ts-expect-error no operation may be left out
const incomplete: Handlers = { retrieveStudy };

describe('handlers', () => {
  test('fit their operation, or do not compile', () => {
    const proofs = [otherPath, otherStatus, problemByHand, otherOperation, unbuilt, early, incomplete];
    expect(proofs.every((proof) => proof !== undefined)).toBe(true);
  });
});
