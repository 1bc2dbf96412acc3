import { PROTOCOL_VERSION } from '../../shared/protocol/protocol-version.ts';

/** Everything whose version matters when something does not fit together. */
export type Versions = {
  version: string;
  node: string;
  v8: string;
  /** Undefined when the native module cannot be loaded; `ops doctor` says why. */
  sqlite: string | undefined;
  /** Of JSON-RPC. */
  protocol: number;
  /** Of the REST API: `/api/v1`. */
  api: string;
  platform: string;
};

/** @param version that of vm-system itself */
export async function versions(version: string): Promise<Versions> {
  const { node, v8 } = process.versions;
  const platform = `${process.platform} ${process.arch}`;
  return { version, node, v8, sqlite: await sqlite(), protocol: PROTOCOL_VERSION, api: 'v1', platform };
}

async function sqlite(): Promise<string | undefined> {
  try {
    const { sqliteVersion } = await import('../store/sqlite-version.ts');
    return sqliteVersion();
  } catch {
    return undefined;
  }
}
