import type { Exec, Random } from '../core/ports.ts';
import type { HookFiles } from '../config/hook-host-rules.ts';
import type { HostInterfaces } from '../config/host-rules.ts';
import type { Files } from '../config/program-host-rules.ts';

/**
 * The world as a command sees it; tests bring another one. Everything that a command says goes through `out` and `err`:
 * values, which programs read, to standard output, and talk to standard error.
 */
export interface CliHost {
  /** One line, without its end. */
  out(line: string): void;
  err(line: string): void;
  /** A question to the person at the terminal; only when `canAsk`. */
  ask(question: string): Promise<string>;
  readonly canAsk: boolean;
  /** Whether standard output is a terminal. */
  readonly isTTY: boolean;
  /** Width of the terminal, or 80. */
  readonly columns: number;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  /** As the system calls itself, perhaps with a domain. */
  readonly hostname: string;
  /** The effective user; decides which secret files may be read. */
  readonly euid: number;
  readonly random: Random;
  readonly exec: Exec;
  /** The interfaces that are up, with their addresses. */
  interfaces(): HostInterfaces;
  /** Whether an echo is answered within a second; false as well where nobody can ask. */
  answersPing(address: string): Promise<boolean>;
  /** What is at a path, for `check`. */
  readonly files: Omit<Files, 'euid'> & Pick<HookFiles, 'firstLine'>;
  /** Linux: whether a secondary IPv4 address outlives its primary on this interface. */
  promotesSecondaries(link: string): boolean;
}
