import type { HostModuleName } from '../../shared/catalogue/host-modules.ts';
import { FsModule } from './fs/fs-module.ts';
import type { HostModuleMaker } from './host-module.ts';

/**
 * What does the calls of each host module. Its description stands in `shared/catalogue/host-modules.ts`, and its side in
 * the guest is `daemon/host/built-ins/vm.NAME.ts`, which calls here by `tools.callHost` and `tools.callHostLater`.
 * Each is loaded when it is first called: the fence lets a session's process read only what its modules need.
 */
export const HOST_MODULE_MAKERS: Record<HostModuleName, () => Promise<HostModuleMaker>> = {
  fs: () => Promise.resolve((policy, tellUsed) => new FsModule(policy, tellUsed)),
  database: async () => {
    const { DatabaseModule } = await import('./database/database-module.ts');
    return (policy) => new DatabaseModule(policy);
  },
  exec: async () => {
    const { ExecModule } = await import('./exec/exec-module.ts');
    return (policy) => new ExecModule(policy);
  },
  http: async () => {
    const { HttpModule } = await import('./http/http-module.ts');
    return (policy) => new HttpModule(policy);
  },
};
