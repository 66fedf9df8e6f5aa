/** What Prometheus' API says. */
export interface PrometheusApi {
  /** To an expression: values by instance, or by the group that is left. */
  query(expression: string): Promise<Readonly<Record<string, string>>>;
  /** Alerts that fire, each as `NAME CLUSTER GROUP`. */
  firing(): Promise<readonly string[]>;
}

/** `ask` gets a path and gives the answer as JSON. */
export function prometheusApi(ask: (path: string) => Promise<unknown>): PrometheusApi {
  return {
    async query(expression) {
      const { data } = (await ask(`/api/v1/query?query=${encodeURIComponent(expression)}`)) as {
        data: { result: { metric: Record<string, string>; value: [number, string] }[] };
      };
      return Object.fromEntries(
        data.result.map(({ metric, value }) => [metric['instance'] ?? metric['group'] ?? '', value[1]]),
      );
    },
    async firing() {
      const { data } = (await ask('/api/v1/alerts')) as {
        data: { alerts: { state: string; labels: Record<string, string> }[] };
      };
      return data.alerts
        .filter(({ state }) => state === 'firing')
        .map(({ labels }) => `${labels['alertname']} ${labels['cluster'] ?? ''} ${labels['group'] ?? ''}`);
    },
  };
}
