import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** The measurements of one service. Asking again for a name gives the metric that is already there. */
export interface Metrics {
  readonly registry: Registry;
  counter(name: string, help: string, labels?: readonly string[]): Counter<string>;
  /** `sample`, when given, sets the gauge at each scrape; several may share one gauge. */
  gauge(name: string, help: string, labels?: readonly string[], sample?: (gauge: Gauge<string>) => void): Gauge<string>;
  /** Buckets in seconds unless told. */
  histogram(name: string, help: string, labels?: readonly string[], buckets?: readonly number[]): Histogram<string>;
}

export interface MetricsOptions {
  /** Also measure the process (memory, event loop, garbage collection); for the one service of a process. */
  readonly process?: boolean;
}

const secondsBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Metrics with a registry of their own, every sample labelled with the service. */
export function createMetrics(service: string, options: MetricsOptions = {}): Metrics {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  if (options.process) collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const counters = new Map<string, Counter<string>>();
  const gauges = new Map<string, { gauge: Gauge<string>; samples: ((gauge: Gauge<string>) => void)[] }>();
  const histograms = new Map<string, Histogram<string>>();

  return {
    registry,
    counter: (name, help, labels = []) =>
      getOrMake(counters, name, () => new Counter({ name, help, labelNames: [...labels], registers })),
    gauge: (name, help, labels = [], sample) => {
      const entry = getOrMake(gauges, name, () => {
        const samples: ((gauge: Gauge<string>) => void)[] = [];
        const gauge: Gauge<string> = new Gauge({
          name,
          help,
          labelNames: [...labels],
          registers,
          collect: () => {
            for (const each of samples) each(gauge);
          },
        });
        return { gauge, samples };
      });
      if (sample) entry.samples.push(sample);
      return entry.gauge;
    },
    histogram: (name, help, labels = [], buckets = secondsBuckets) =>
      getOrMake(
        histograms,
        name,
        () => new Histogram({ name, help, labelNames: [...labels], buckets: [...buckets], registers }),
      ),
  };
}

function getOrMake<V>(map: Map<string, V>, name: string, make: () => V): V {
  const known = map.get(name);
  if (known !== undefined) return known;
  const made = make();
  map.set(name, made);
  return made;
}
