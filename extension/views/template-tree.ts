import * as vscode from 'vscode';
import type { Capability, StartupFile, Template, TemplateDetail } from '../../shared/model/template.ts';
import type { DaemonClient } from '../daemon/daemon-client.ts';
import type { LiveState } from '../live-state.ts';

type TemplateNode = { kind: 'template'; template: Template };
type PartsNode = { kind: 'parts'; part: Part; template: Template };
type LimitNode = {
  kind: 'limit';
  template: Template;
  group: 'limits' | 'resolver' | 'runtime';
  name: string;
  value: unknown;
};
type StartupNode = { kind: 'startup-file'; template: Template; file: StartupFile };
type NamedNode = { kind: 'module' | 'library'; template: Template; name: string };
type CapabilityNode = { kind: 'capability'; template: Template; capability: Capability };
export type RemovableNode = StartupNode | NamedNode | CapabilityNode;
export type TemplateTreeNode = TemplateNode | PartsNode | LimitNode | RemovableNode;
export type { LimitNode, PartsNode, TemplateNode };

const PARTS = {
  limits: { label: 'Limits', icon: 'dashboard' },
  resolver: { label: 'Resolver', icon: 'references' },
  runtime: { label: 'Runtime', icon: 'settings' },
  'startup-files': { label: 'Startup files', icon: 'rocket' },
  modules: { label: 'Host modules', icon: 'extensions' },
  libraries: { label: 'Libraries', icon: 'library' },
  capabilities: { label: 'Capabilities', icon: 'shield' },
} as const;
type Part = keyof typeof PARTS;

/** Templates with everything that they say. */
export class TemplateTree implements vscode.TreeDataProvider<TemplateTreeNode>, vscode.Disposable {
  readonly #client: DaemonClient;
  readonly #state: LiveState;
  readonly #changed = new vscode.EventEmitter<undefined>();
  readonly #subscription: vscode.Disposable;
  readonly onDidChangeTreeData = this.#changed.event;

  constructor(client: DaemonClient, state: LiveState) {
    this.#client = client;
    this.#state = state;
    this.#subscription = state.onDidChange(({ kind }) => {
      if (kind === 'all' || kind === 'templates') this.#changed.fire(undefined);
    });
  }

  async getChildren(node?: TemplateTreeNode): Promise<TemplateTreeNode[]> {
    if (node === undefined) {
      // Why there is no connection is told once, by the status bar.
      await this.#state.seen().catch(() => undefined);
      return this.#state.templates.map((template) => ({ kind: 'template', template }));
    }
    if (node.kind === 'template') {
      return (Object.keys(PARTS) as Part[]).map((part) => ({ kind: 'parts', part, template: node.template }));
    }
    if (node.kind !== 'parts') return [];
    return partNodes(node.part, await this.#client.look('vm/template/get', { template_id: node.template.id }));
  }

  getTreeItem(node: TemplateTreeNode): vscode.TreeItem {
    const { Collapsed } = vscode.TreeItemCollapsibleState;
    switch (node.kind) {
      case 'template':
        return item(node.template.name, 'symbol-class', 'template', {
          id: node.template.id,
          description: node.template.is_active ? '' : 'inactive',
          collapsibleState: Collapsed,
        });
      case 'parts':
        return item(PARTS[node.part].label, PARTS[node.part].icon, node.part, {
          id: `${node.template.id}/${node.part}`,
          collapsibleState: Collapsed,
        });
      case 'limit':
        return item(node.name, 'symbol-constant', 'limit', { description: JSON.stringify(node.value) });
      case 'startup-file':
        return item(node.file.path, 'file-code', 'startup-file', {
          description: `${node.file.mode}, order ${node.file.order_index}`,
        });
      case 'module':
      case 'library':
        return item(node.name, node.kind === 'module' ? 'extensions' : 'library', node.kind, {});
      case 'capability':
        return capabilityItem(node.capability);
    }
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#changed.dispose();
  }
}

function partNodes(
  part: Part,
  { template, settings, startup_files, capabilities }: TemplateDetail,
): TemplateTreeNode[] {
  switch (part) {
    case 'limits':
    case 'resolver':
    case 'runtime':
      return Object.entries<unknown>(settings[part]).map(([name, value]) => ({
        kind: 'limit',
        template,
        group: part,
        name,
        value,
      }));
    case 'startup-files':
      return startup_files.map((file) => ({ kind: 'startup-file', template, file }));
    case 'modules':
      return template.exposed_modules.map((name) => ({ kind: 'module', template, name }));
    case 'libraries':
      return template.libraries.map((name) => ({ kind: 'library', template, name }));
    case 'capabilities':
      return capabilities.map((capability) => ({ kind: 'capability', template, capability }));
  }
}

function capabilityItem({ kind, name, enabled, config }: Capability): vscode.TreeItem {
  const allowed = enabled ? 'allowed' : 'denied';
  return item(`${kind}: ${name}`, enabled ? 'pass' : 'circle-slash', 'capability', {
    description: Object.keys(config).length === 0 ? allowed : `${allowed}, ${JSON.stringify(config)}`,
  });
}

function item(label: string, icon: string, contextValue: string, more: Partial<vscode.TreeItem>): vscode.TreeItem {
  return Object.assign(new vscode.TreeItem(label), { iconPath: new vscode.ThemeIcon(icon), contextValue, ...more });
}
