import type { Response } from 'express';

type Fields = Readonly<Record<string, string>>;

/**
 * Adds header fields that the response has whatever it will say. They are kept until its head is written: Node.js takes
 * several times as long for fields that are set one by one.
 */
export function addCommonFields(response: Response, fields: Fields): void {
  response.locals.commonFields = { ...(response.locals.commonFields as Fields | undefined), ...fields };
}

/** Writes the head of a response: the common fields, and its own. */
export function writeHead(response: Response, status: number, fields: Readonly<Record<string, string | number>>): void {
  response.writeHead(status, { ...(response.locals.commonFields as Fields | undefined), ...fields });
}
