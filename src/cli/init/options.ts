export interface InitOptions {
  readonly config: string;
  readonly identity: string;
  readonly vip?: readonly string[];
  readonly name?: string;
  readonly interface?: string;
  readonly address?: string;
  readonly cluster?: string;
  readonly group?: string;
  readonly transport?: 'udp' | 'tcp';
  readonly port?: string;
  readonly interval?: string;
  readonly timeout?: string;
  /** False for --no-ping. */
  readonly ping?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
}
