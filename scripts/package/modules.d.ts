// It brings no types along.
declare module 'postject' {
  export function inject(
    file: string,
    section: string,
    content: Uint8Array,
    options: { readonly sentinelFuse: string },
  ): Promise<void>;
}
