import { join } from 'node:path';
import { readLiveEndpoint, type Endpoint } from '../ownership/endpoint.ts';
import { checkDaemon, checkPort, type Address } from './check-daemon.ts';
import { checkDatabase } from './check-database.ts';
import { checkDataDirectory, checkDisk, checkLeftovers, checkPermissions } from './check-files.ts';
import { checkHost, checkNode, checkSqlite } from './check-runtime.ts';
import { failure, reasonOf, type Check, type Finding } from './finding.ts';

export type DoctorOptions = {
  dataDirectory: string;
  /** undefined: that of the daemon that runs, else the usual one of the data directory. */
  database: string | undefined;
  /** Where a daemon would listen. */
  listen: Address;
  version: string;
};

/** Looks at all that a daemon needs, whether one is running or not, and changes nothing. */
export async function examine({ dataDirectory, database, listen, version }: DoctorOptions): Promise<Finding[]> {
  const { finding, daemon } = await checkDaemon(dataDirectory, version);
  const checks: Record<string, Check> = {
    node: () => checkNode(),
    sqlite: checkSqlite,
    host: checkHost,
    'data directory': () => checkDataDirectory(dataDirectory),
    permissions: () => checkPermissions(dataDirectory),
    disk: () => checkDisk(dataDirectory),
    daemon: () => finding,
    port: () => checkPort(daemon, listen),
    leftovers: () => checkLeftovers(dataDirectory, daemon !== undefined),
    database: () => checkDatabase(database ?? databaseOf(dataDirectory)),
  };
  const findings: Finding[] = [];
  for (const [name, check] of Object.entries(checks)) findings.push(await attempt(name, check));
  return findings;
}

function databaseOf(dataDirectory: string): string {
  return endpointOf(dataDirectory)?.database ?? join(dataDirectory, 'vm-system.db');
}

/** A file that nobody should trust is another check's finding. */
function endpointOf(dataDirectory: string): Endpoint | undefined {
  try {
    return readLiveEndpoint(dataDirectory);
  } catch {
    return undefined;
  }
}

/** One check that cannot be made says so, and the others go on. */
async function attempt(name: string, check: Check): Promise<Finding> {
  try {
    return await check();
  } catch (error) {
    return failure(name, `this cannot be checked: ${reasonOf(error)}`, 'see the other findings');
  }
}
