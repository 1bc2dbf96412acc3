import { versions } from '../doctor/versions.ts';
import { Output } from './output.ts';

/** `vm-system 1.2.3` for scripts in the first line, and below it everything that it works with. */
export async function printVersions(version: string, json: boolean): Promise<void> {
  const output = new Output({ json });
  output.result(await versions(version), ({ version: own, sqlite, protocol, ...others }) => {
    output.line(`vm-system ${own}`);
    output.fields({
      ...others,
      sqlite: sqlite ?? 'cannot be loaded; see: vm-system ops doctor',
      protocol: `${protocol}`,
    });
  });
}
