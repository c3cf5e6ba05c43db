'use strict';
const report = DATA.report;
const main = document.getElementById('main');
const style = getComputedStyle(document.documentElement);
const colour = name => style.getPropertyValue('--' + name).trim();
const KINDS = { read: '#2f7ed8', put: '#e8702a', insert: '#8b5fc7', delete: '#c43d6b', rmw: '#1f9d7a' };
const sync = uPlot.sync('time');
const plots = [];

function element(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) made.setAttribute(name, value);
  for (const child of children) made.append(child);
  return made;
}

function latency(nanos) {
  if (nanos == null || Number.isNaN(nanos)) return '–';
  const digits = x => x < 9.995 ? x.toFixed(2) : x < 99.95 ? x.toFixed(1) : x.toFixed(0);
  if (nanos < 999.5e3) return digits(nanos / 1e3) + ' µs';
  return nanos < 999.5e6 ? digits(nanos / 1e6) + ' ms' : digits(nanos / 1e9) + ' s';
}

/** For axes: no needless digits. */
function short(nanos) {
  if (nanos == null) return '';
  const [value, unit] = nanos < 1e6 ? [nanos / 1e3, 'µs'] : nanos < 1e9 ? [nanos / 1e6, 'ms'] : [nanos / 1e9, 's'];
  return +value.toPrecision(3) + ' ' + unit;
}

const count = x => x == null ? '–' : Math.round(x).toLocaleString('en');
const percent = x => x == null ? '–' : (100 * x).toFixed(2) + ' %';

function card(title, note, isWide) {
  const made = element('section', { class: isWide ? 'card wide' : 'card' }, element('h2', {}, title));
  if (note) made.append(element('p', { class: 'soft', style: 'margin:-8px 0 8px' }, note));
  cards.append(made);
  return made;
}

function table(into, head, rows, kind) {
  const made = element('table', kind ? { class: kind } : {});
  if (head) made.append(element('tr', {}, ...head.map(cell => element('th', {}, cell))));
  for (const row of rows) made.append(element('tr', {}, ...row.map(cell => element('td', {}, cell))));
  into.append(made);
}

/** Vertical lines where something happened. */
const events = {
  hooks: {
    draw: [plot => {
      const { ctx, bbox } = plot;
      ctx.save();
      ctx.font = 11 * devicePixelRatio + 'px system-ui';
      ctx.strokeStyle = ctx.fillStyle = colour('mark');
      ctx.textAlign = 'left';
      ctx.setLineDash([4, 4]);
      for (const [index, mark] of report.events.entries()) {
        const x = plot.valToPos(mark.at, 'x', true);
        if (x < bbox.left || x > bbox.left + bbox.width) continue;
        ctx.beginPath();
        ctx.moveTo(x, bbox.top);
        ctx.lineTo(x, bbox.top + bbox.height);
        ctx.stroke();
        ctx.fillText(mark.what, x + 4 * devicePixelRatio, bbox.top + (12 + 13 * (index % 3)) * devicePixelRatio);
      }
      ctx.restore();
    }],
  },
};

function plot(into, options, data) {
  const axis = { stroke: colour('soft'), grid: { stroke: colour('line'), width: 1 }, ticks: { stroke: colour('line') } };
  const made = new uPlot({
    width: into.clientWidth - 34,
    height: 260,
    ...options,
    axes: options.axes.map((it, index) => ({
      ...axis, ...(index ? { size: 74 } : {}), ...it, grid: { ...axis.grid, ...it.grid }, ticks: { ...axis.ticks, ...it.ticks },
    })),
  }, data, into);
  plots.push([made, into]);
}

const line = (label, stroke, value, more) => ({ label, stroke, width: 1.6, points: { show: false }, value: (u, x) => value(x), ...more });
const seconds = report.timeline.map(second => second.second + 0.5);
const kinds = Object.keys(report.operations);
const of = (kind, field) => report.timeline.map(second => (second.operations[kind] || {})[field] ?? null);
const overTime = (unit, more) => ({
  scales: { x: { time: false, range: [0, Math.max(1, report.timeline.length)] }, ...(more || {}) },
  cursor: { sync: { key: sync.key } },
  axes: [{ values: (u, values) => values.map(x => x + ' s') }, { values: (u, values) => values.map(unit) }],
  plugins: [events],
});
const time = { label: 'second', value: (u, x) => x == null ? '–' : Math.floor(x) + ' s' };
const logScale = { y: { distr: 3 } };
const isDecade = x => Math.abs(Math.log10(x) - Math.round(Math.log10(x))) < 1e-9;
const filter = (u, splits) => splits.map(x => isDecade(x) ? x : null);
const decades = { filter, grid: { filter }, ticks: { filter }, values: (u, values) => values.map(short) };

// Head
const word = report.verdict.word;
const badge = (text, kind) => element('span', { class: 'badge ' + kind }, text);
const title = element('div', { class: 'head' }, element('h1', {}, report.setup.workload || 'run'));
title.append(badge(word, word === 'OK' ? 'good' : 'warn'));
const isViolated = report.consistency && Object.values(report.consistency.findings).some(x => x > 0);
if (report.consistency) title.append(badge(isViolated ? 'VIOLATED' : report.consistency.notReadBack ? 'INCOMPLETE' : 'CONSISTENT',
  isViolated ? 'bad' : report.consistency.notReadBack ? 'warn' : 'good'));
title.append(element('span', { class: 'soft' }, report.started.replace('T', ' ').slice(0, 19) + ' UTC, ' + report.seconds.toFixed(0) + ' s'));
main.append(title, element('p', { class: 'soft' }, report.verdict.why[0].toUpperCase() + report.verdict.why.slice(1) + '. ' + report.setup.pace + '; ' + (report.setup.quorums || '') + '.'));
document.title = 'quorate-bench ' + (report.setup.workload || '');

const tiles = element('div', { class: 'tiles' });
const tile = (name, value) => tiles.append(element('div', { class: 'tile' }, element('span', { class: 'soft' }, name), element('b', {}, value)));
tile('requests/s', count(report.rate));
for (const kind of kinds) {
  const it = report.operations[kind][report.openLoop ? 'response' : 'service'];
  tile(kind + ' p50', latency(it.p50));
  tile(kind + ' p99', latency(it.p99));
  tile(kind + ' p99.9', latency(it.p999));
}
const failures = Object.values(report.operations).reduce((sum, it) => sum + it.failures, 0);
tile('failed', count(failures));
main.append(tiles);
const cards = element('div', { class: 'cards' });
main.append(cards);

// Over time
const failed = report.timeline.map(second => Object.values(second.operations).reduce((sum, it) => sum + it.failures, 0));
plot(card('Throughput', 'Requests that succeeded in each second, and those that failed.'), {
  ...overTime(count),
  series: [time, ...kinds.map(kind => line(kind, KINDS[kind], count)), line('failed', colour('bad'), count)],
}, [seconds, ...kinds.map(kind => of(kind, 'completed')), failed]);

const which = report.openLoop ? 'Response time' : 'Service time';
plot(card(which + ' over time', 'Of each second: median, 99th percentile and maximum.'), {
  ...overTime(short, logScale),
  series: [time, ...kinds.flatMap(kind => [
    line(kind + ' p50', KINDS[kind], latency, { dash: [2, 4] }),
    line(kind + ' p99', KINDS[kind], latency),
    line(kind + ' max', KINDS[kind], latency, { width: 0.6 }),
  ])],
  axes: [{ values: (u, values) => values.map(x => x + ' s') }, decades],
}, [seconds, ...kinds.flatMap(kind => ['p50', 'p99', 'max'].map(field => of(kind, field).map(x => x || null)))]);

// Percentiles
const spectra = kinds.flatMap(kind => report.openLoop
  ? [[kind + ' response', kind, 'response', {}], [kind + ' service', kind, 'service', { dash: [4, 4] }]]
  : [[kind, kind, 'service', {}]]);
const known = Math.max(...spectra.map(([, kind, field]) => DATA.spectra[kind][field].filter(x => x != null).length));
const nines = DATA.percentiles.slice(0, known).map(q => 1 / (1 - q / 100));
plot(card('Percentiles', report.openLoop ? 'Response time counts from when a request should have been sent, service time from when it was.' : 'From sent to done. In a closed loop nobody knows what callers would have waited.'), {
  scales: { x: { time: false, distr: 3 }, y: { distr: 3 } },
  series: [
    { label: 'percentile', value: (u, x) => x == null ? '–' : +(100 - 100 / x).toPrecision(6) + ' %' },
    ...spectra.map(([label, kind, , more]) => line(label, KINDS[kind], latency, more)),
  ],
  axes: [{ ...decades, values: (u, values) => values.map(x => x == null ? '' : x <= 1 ? '0 %' : +(100 - 100 / x).toPrecision(8) + ' %') }, decades],
}, [nines, ...spectra.map(([, kind, field]) => DATA.spectra[kind][field].slice(0, known))]);

// The tool itself
const tool = card('The tool itself', report.ceiling
  ? 'Against a server that does nothing it does ' + count(report.ceiling.rate) + '/s here; the run used ' + (100 * report.ceiling.used).toFixed(0) + ' % of that.'
  : 'How late its timers came (99th percentile), and how busy its busiest loop was.');
plot(tool, {
  ...overTime(short, { y: { range: [0, null] }, busy: { range: [0, 1] } }),
  axes: [{ values: (u, values) => values.map(x => x + ' s') }, { values: (u, values) => values.map(short) },
    { scale: 'busy', side: 1, grid: { show: false }, values: (u, values) => values.map(x => 100 * x + ' %') }],
  series: [time, line('lateness', KINDS.insert, latency), line('busy', KINDS.rmw, percent, { scale: 'busy' })],
}, [seconds, report.timeline.map(second => second.lateness), report.timeline.map(second => Math.min(1, second.busy))]);

// Staleness
if (report.staleness) {
  const curve = report.staleness;
  const band = card(`Fresh reads, r=${curve.r}, w=${curve.w}`, 'Share of reads that showed a write acknowledged so long before: measured, with its band (all together hold at 95 %), and predicted by PBS.');
  plot(band, {
    scales: { x: { time: false, distr: 3 }, y: { range: (u, min) => [Math.max(0, Math.floor(min * 20) / 20 - 0.02), 1.01] } },
    series: [
      { label: 'after', value: (u, x) => latency(x) },
      line('low', KINDS.read, percent, { width: 0.5 }),
      line('high', KINDS.read, percent, { width: 0.5 }),
      line('measured', KINDS.read, percent, { points: { show: true, size: 6 } }),
      line('predicted', KINDS.put, percent, { dash: [6, 4] }),
    ],
    bands: [{ series: [2, 1], fill: KINDS.read + '30' }],
    axes: [decades, { values: (u, values) => values.map(x => +(100 * x).toFixed(1) + ' %') }],
  }, [curve.points.map(p => p.delay), curve.points.map(p => p.low), curve.points.map(p => p.high),
    curve.points.map(p => p.fresh / p.reads), curve.points.map(p => p.predicted)]);
}

// Tables
const latencies = card('Latency', null, true);
table(latencies, ['', 'rate/s', 'p50', 'p90', 'p99', 'p99.9', 'p99.99', 'max', 'failed'],
  kinds.flatMap(kind => {
    const it = report.operations[kind];
    const row = (name, l) => [name, count(it.rate), latency(l.p50), latency(l.p90), latency(l.p99), latency(l.p999), latency(l.p9999), latency(l.max), count(it.failures)];
    return report.openLoop
      ? [row(kind + ' response', it.response), row(kind + ' service', it.service), row(kind + ' schedule lag', it.lag)]
      : [row(kind, it.service)];
  }));

if (report.consistency) {
  const it = report.consistency;
  const made = card('Consistency', it.claims, true);
  table(made, ['writes', 'unknown', 'reads', 'read back', 'not read back', ...Object.keys(it.findings)],
    [[count(it.writes), count(it.unknown), count(it.reads), count(it.readBack), count(it.notReadBack), ...Object.values(it.findings).map(count)]]);
  if (it.examples.length) made.append(element('pre', {}, it.examples.join('\n')));
}

const problems = kinds.flatMap(kind => Object.entries(report.operations[kind].problems).map(([problem, n]) => [kind, problem, count(n)]));
if (problems.length) table(card('Failures'), ['operation', 'problem', 'requests'], problems);
if (report.events.length) table(card('Events'), ['at', 'what'], report.events.map(mark => [mark.at.toFixed(1) + ' s', mark.what]));
table(card('Setup'), null, Object.entries(report.setup), 'facts');
table(card('Environment'), null, Object.entries(report.environment), 'facts');
card('Again', null, true).append(element('pre', {}, report.command.join(' ')));

addEventListener('resize', () => {
  for (const [it, into] of plots) it.setSize({ width: into.clientWidth - 34, height: 260 });
});
