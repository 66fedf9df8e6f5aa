/** Stable codes: asserted in tests, printed in JSON, documented in the README. */
export type ErrorCode =
  | 'USAGE' // a flag or argument that makes no sense
  | 'CONFIG_INVALID' // the YAML says something that sealbeat cannot do
  | 'CONFIG_UNREADABLE'
  | 'IDENTITY_UNREADABLE'
  | 'IDENTITY_UNSAFE' // wrong owner or mode of a secret file
  | 'IDENTITY_UNKNOWN' // this node's key is not in the config
  | 'FILE_EXISTS' // refusing to overwrite
  | 'FILE_UNWRITABLE' // the system does not let us write there
  | 'KEY_INVALID' // a public line that does not check out
  | 'VIP_DENIED' // the system does not let us change addresses
  | 'VIP_FAILED' // the system refused, or did not do what it said
  | 'VIP_NO_INTERFACE'
  | 'VIP_UNKNOWN' // it could not be seen whether the address is there
  | 'TOOL_MISSING' // a program that sealbeat needs is not installed
  | 'TOOL_TIMEOUT'
  | 'CONTROL_UNREACHABLE' // no daemon behind the control socket
  | 'HOOK_FAILED' // a hook that was run by hand did not end as it should
  | 'REFUSED' // the daemon understood and declined, with the reason
  | 'PORT_TAKEN'
  | 'HOST_UNFIT' // doctor found a problem
  | 'DRILL_FAILED' // a rehearsed failover did not keep what the config promises
  | 'ALERT_FAILED'; // a test message was not delivered

/** Something the operator can put right. `hint` is the next thing to type or read. */
export class OperatorError extends Error {
  override readonly name = 'OperatorError';
  readonly code: ErrorCode;
  readonly hint: string;
  constructor(code: ErrorCode, message: string, { hint, cause }: { hint: string; cause?: unknown }) {
    super(message, { cause });
    this.code = code;
    this.hint = hint;
  }
}

/** Ends a switch over a union: a new member does not compile until it has a case. */
export function unreachable(value: never): never {
  throw new Error(`unreachable: ${JSON.stringify(value)}`);
}
