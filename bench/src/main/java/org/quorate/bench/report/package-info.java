/**
 * What users get: the {@link org.quorate.bench.report.Report}, made from a run by {@link
 * org.quorate.bench.report.Reporter} and kept as JSON; shown as text by {@link
 * org.quorate.bench.report.Summary}, as one page by {@link org.quorate.bench.report.Page}, as an
 * HDR log by {@link org.quorate.bench.report.HdrLog}, and while a run goes on by {@link
 * org.quorate.bench.report.Screen}.
 */
@NullMarked
package org.quorate.bench.report;

import org.jspecify.annotations.NullMarked;
