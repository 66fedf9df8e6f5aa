import { encode, wrap } from 'nodemailer/lib/qp';

export interface Letter {
  readonly from: string;
  readonly to: readonly string[];
  readonly subject: string;
  readonly at: number;
  /** Made of letters, digits, dots and hyphens; the same for every attempt. */
  readonly id: string;
  readonly text: string;
}

/** A plain-text mail as RFC 5322 wants it: ASCII only, so that every server takes it. */
export function formatMail({ from, to, subject, at, id, text }: Letter): string {
  const isPlain = /^[\n\x20-\x7e]*$/.test(text) && text.split('\n').every((line) => line.length <= 78);
  const domain = from.slice(from.lastIndexOf('@') + 1);
  const headers = [
    `From: ${from}`,
    `To: ${to.join(',\r\n ')}`,
    `Subject: ${encodedWords(subject)}`,
    `Date: ${new Date(at).toUTCString().replace('GMT', '+0000')}`,
    `Message-ID: <${id}@${domain}>`,
    'Auto-Submitted: auto-generated', // nobody's holiday notice is to answer it (RFC 3834)
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8',
    `Content-Transfer-Encoding: ${isPlain ? '7bit' : 'quoted-printable'}`,
  ];
  const lines = text.replace(/\n/g, '\r\n');
  return `${headers.join('\r\n')}\r\n\r\n${isPlain ? lines : wrap(encode(lines))}`;
}

/** Of UTF-8: so many that an encoded word stays below its 75 characters (RFC 2047). */
const BYTES_PER_WORD = 42;

function encodedWords(text: string): string {
  if (/^[\x20-\x7e]{0,60}$/.test(text)) return text;
  const words: string[] = [''];
  for (const character of text) {
    const last = words.length - 1;
    if (Buffer.byteLength(words[last]! + character) > BYTES_PER_WORD) words.push(character);
    else words[last] += character;
  }
  return words.map((word) => `=?UTF-8?B?${Buffer.from(word).toString('base64')}?=`).join('\r\n ');
}
