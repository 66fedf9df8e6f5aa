import { runWords, type Plan, type Wanted } from './plan.ts';
import { shellLine, xmlText } from './quote.ts';

const FMRI = 'svc:/network/sealbeat:default';
const MANIFEST = '/lib/svc/manifest/site/sealbeat.xml';
/** Root's, because ipmgmtd asks the real user for an authorization; what limits the process is this list. */
const PRIVILEGES = 'basic,sys_ip_config,net_rawaccess,net_icmpaccess';
/** For the programs that it starts: dladm, and signals to a guard of another user. */
const LIMIT = `${PRIVILEGES},sys_dl_config,proc_owner`;

const dependency = (name: string, restartOn: string, fmri: string, type = 'service'): string =>
  `    <dependency name="${name}" grouping="require_all" restart_on="${restartOn}" type="${type}">
      <service_fmri value="${xmlText(fmri)}"/>
    </dependency>
`;

export const smfManifest = (wanted: Wanted): string => `<?xml version="1.0"?>
<!DOCTYPE service_bundle SYSTEM "/usr/share/lib/xml/dtd/service_bundle.dtd.1">
<service_bundle type="manifest" name="sealbeat">
  <service name="network/sealbeat" type="service" version="1">
    <create_default_instance enabled="false"/>
${dependency('network', 'none', 'svc:/milestone/network:default')}${dependency(
  'addresses',
  'none',
  'svc:/network/ip-interface-management:default',
)}${dependency('filesystem', 'none', 'svc:/system/filesystem/local:default')}    <!-- offline until there is a config -->
${dependency('config', 'none', `file://localhost${wanted.config}`, 'path')}    <method_context working_directory="/">
      <method_credential user="root" group="root" privileges="${PRIVILEGES}" limit_privileges="${LIMIT}"/>
      <method_environment>
        <envvar name="PATH" value="/usr/sbin:/usr/bin:/sbin"/>
        <envvar name="LC_ALL" value="C"/>
      </method_environment>
    </method_context>
    <exec_method type="method" name="start" exec="${xmlText(shellLine(runWords(wanted)))}" timeout_seconds="60"/>
    <exec_method type="method" name="refresh" exec=":kill -HUP" timeout_seconds="30"/>
    <exec_method type="method" name="stop" exec=":kill -TERM" timeout_seconds="20"/>
    <property_group name="startd" type="framework">
      <!-- The method is the daemon itself, started again whenever it ends: no fault makes SMF give up. -->
      <propval name="duration" type="astring" value="child"/>
      <!-- A program that the daemon started and that crashed is the daemon's affair. -->
      <propval name="ignore_error" type="astring" value="core,signal"/>
    </property_group>
    <stability value="Unstable"/>
    <template>
      <common_name><loctext xml:lang="C">sealbeat failover agent</loctext></common_name>
      <description><loctext xml:lang="C">Moves virtual addresses between hosts.</loctext></description>
    </template>
  </service>
</service_bundle>
`;

export function smfPlan(wanted: Wanted): Plan {
  return {
    manager: 'smf',
    files: [{ path: MANIFEST, mode: 0o444, text: smfManifest(wanted), comment: 'xml' }],
    register: [{ words: ['svccfg', 'validate', MANIFEST] }, { words: ['svccfg', 'import', MANIFEST] }],
    // What is enabled in SMF runs.
    enable: [],
    start: [{ words: ['svcadm', 'enable', '-s', FMRI] }],
    stop: [{ words: ['svcadm', 'disable', '-s', FMRI], mayFail: true }],
    disable: [],
    forget: [{ words: ['svccfg', 'delete', '-f', 'svc:/network/sealbeat'], mayFail: true }],
    isEnabled: ['sh', '-c', `test "$(svcprop -p general/enabled ${FMRI})" = true`],
    isRunning: ['sh', '-c', `test "$(svcs -H -o state ${FMRI})" = online`],
    log: '/var/svc/log/network-sealbeat:default.log',
  };
}
