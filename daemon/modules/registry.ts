import type { HostModuleName } from '../../shared/catalogue/host-modules.ts';
import { FsModule } from './fs/fs-module.ts';
import { ModuleError } from './denied.ts';
import type { HostModuleMaker } from './host-module.ts';

/**
 * What does the calls of each host module. Its description stands in `shared/catalogue/host-modules.ts`, and its side in
 * the guest is `daemon/host/built-ins/vm.NAME.ts`, which calls here by `tools.callHost` and `tools.callHostLater`.
 */
export const HOST_MODULE_MAKERS: Record<HostModuleName, () => Promise<HostModuleMaker>> = {
  fs: () => Promise.resolve((policy) => new FsModule(policy)),
  database: absent,
  exec: absent,
  http: absent,
};

function absent(): never {
  throw new ModuleError('ERR_HOST_MODULE', 'this build does not have the module');
}
