import { CAUSE_CLASSES } from '../../src/core/cause-class.ts';
import { SECTIONS } from '../../src/metrics/families.ts';
import type { Family } from '../../src/metrics/family.ts';

const INTRODUCTION = `# Metrics

Every daemon can say in numbers how it is, in Prometheus' text format (0.0.4). Three ways to read them:

- **The control socket**, always there: \`sealbeat metrics\`, or
  \`curl --unix-socket /run/sealbeat/control.sock http://localhost/metrics\`.
- **A listener**, off unless the config has \`web:\` (the same file on every node):

  \`\`\`yaml
  web:
    listen: { lb1: 10.10.10.1:7180, lb2: 10.10.10.2:7180 } # default: 127.0.0.1:7180
    # page: false            # the status page at /
    # metrics: false         # /metrics
    # allow_hosts: [lb.example.net]
  \`\`\`

  It is for reading only, has no passwords and no TLS, and shows what \`sealbeat status\` shows; \`sealbeat check\` says to whom. Put it on
  loopback or on a management network, or behind a proxy that asks for a password. A port that is taken or an address that is not there is
  an alarm and is tried again every 5 s; it never keeps the daemon from starting and never moves a group. \`sealbeat reload\` changes it.
- **A file for node_exporter**, where nothing may listen: \`sealbeat metrics --output /var/lib/prometheus/node-exporter/sealbeat.prom\` from a
  timer. The file is replaced as a whole; it is removed when no daemon answers, because a stale "active" is worse than none.

\`/healthz\` answers 200 while beats have their turn, else 503: a supervisor or a container may restart it then. \`/readyz\` answers 200
while the node takes part, as the holder or as one who could become it, and else 503 with the reasons. Both are on the socket, too.

A request must name the host by an address, \`localhost\`, the name of a node, this host's name or one of \`allow_hosts\`; another is
answered with 421, so that no web site can read the metrics through the browser of somebody who may (DNS rebinding).

## Prometheus and Grafana

\`\`\`yaml
scrape_configs:
  - job_name: sealbeat
    scrape_interval: 5s
    static_configs:
      - targets: [10.10.10.1:7180, 10.10.10.2:7180]
rule_files: [sealbeat.rules.yml] # config/prometheus/sealbeat.rules.yml
\`\`\`

\`config/prometheus/sealbeat.rules.yml\` has the alerts: nobody holds, two hold, a group has moved, a peer or a path is gone, configs
differ, renewals or beats are late, a check is down, a hook fails, the daemon is gone. \`config/grafana/sealbeat.json\` is a dashboard for Grafana
10 and later: import it and choose the data source.

Series carry no node and no cluster of their own; \`sealbeat_node_info\` has both:

\`\`\`
sum by (cluster, group) (sealbeat_group_active * on (job, instance) group_left (cluster) sealbeat_node_info)
\`\`\`

How many series there are is bounded by the config: for each group at most 19, one more for each address and each kind of transition that has
happened, and 9 for each check; for each peer 10, one for each reason for which a frame was refused, and 5 for each path. A daemon with
100 groups of two addresses and 7 peers with four paths each has some 2,200. They are written 2 ms at a time, and the report behind them is
made at a moment at which nothing else is due.

## Every family

Families of which a node knows nothing (no checks, nothing held, no arbiter) are absent, not 0. Counters start at 0 with the process.
`;

const CAUSES = `
\`cause\` is one of ${CAUSE_CLASSES.map((one) => `\`${one}\``).join(', ')}. The sentence behind it is in \`sealbeat events\`.
`;

export const metricsPage = (): string =>
  INTRODUCTION +
  SECTIONS.map(({ title, families }) => {
    const lines = families.map(row);
    const more = families.some(({ labels }) => labels.includes('cause')) ? CAUSES : '';
    return `\n### ${title}\n\n| family | type | unit | labels | meaning |\n| --- | --- | --- | --- | --- |\n${lines.join('\n')}\n${more}`;
  }).join('');

const row = (family: Family): string =>
  `| \`${family.name}\` | ${family.type} | ${unitOf(family)} | ${family.labels.map((one) => `\`${one}\``).join(', ')} | ${family.help} |`;

/** As the name says it, which is where Prometheus wants it. */
const unitOf = ({ name }: Family): string => /_(seconds|bytes|ratio)(_total)?$/.exec(name)?.[1] ?? '';
