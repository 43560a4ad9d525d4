/** An answer that is a file. It is whole in memory: for what is bounded; a list streams as CSV. */
import type { Response } from 'express';

export interface Attachment {
  readonly attachment: true;
  readonly name: string;
  /** Its media type. */
  readonly type: string;
  /** Text goes as UTF-8. */
  readonly content: string | Buffer;
}

export const attachment = (name: string, type: string, content: string | Buffer): Attachment => ({
  attachment: true,
  ...{ name, type, content },
});

export const isAttachment = (answer: unknown): answer is Attachment =>
  typeof answer === 'object' && answer !== null && 'attachment' in answer && answer.attachment === true;

/** Sends it. It is kept by nobody on the way: whoever asks again is let in again. */
export function sendAttachment(response: Response, { name, type, content }: Attachment): void {
  response
    .status(200)
    .set({
      'Content-Type': typeof content === 'string' ? `${type}; charset=utf-8` : type,
      'Content-Disposition': `attachment; filename="${name}"`,
      'Cache-Control': 'no-store',
    })
    .send(Buffer.isBuffer(content) ? content : Buffer.from(content, 'utf8'));
}
