// SPDX-License-Identifier: GPL-2.0-only
#include "user/run/json_fields.h"

#include "user/run/json_codecs.h"
#include "user/run/json_tables.h"
#include "user/run/run.h"

_Static_assert(sizeof(enum run_kind) == sizeof(uint32_t), "FIELD_ENUM stores 4 bytes");

static const struct field host_fields[] = {
	MEMBER(TEXT, run_host, kernel),
	MEMBER(TEXT, run_host, arch),
	MEMBER(TEXT, run_host, cpu_model, .flags = FIELD_OPTIONAL),
	MEMBER(INT, run_host, cpus),
	MEMBER(TEXT, run_host, preemption),
	MEMBER(TEXT, run_host, clock_source, .flags = FIELD_OPTIONAL),
};
static const struct layout host_layout = LAYOUT(run_host, host_fields);

static const struct field command_fields[] = {
	MEMBER(ARGV, run_command, argv),
	MEMBER(INT, run_command, exit_status, .flags = FIELD_MAYBE),
	MEMBER(INT, run_command, term_signal),
};
static const struct layout command_layout = LAYOUT(run_command, command_fields);

static bool has_offsets(const void *object)
{
	const struct run_limits *limits = object;

	return limits->max_offsets != 0;
}

static bool has_mappings_dropped(const void *object)
{
	const struct run_limits *limits = object;

	return limits->mappings_dropped != 0;
}

static const struct field limits_fields[] = {
	MEMBER(U64, run_limits, max_cells),
	MEMBER(U64, run_limits, cells_used),
	MEMBER(U64, run_limits, max_offsets, .flags = FIELD_OPTIONAL, .belongs = has_offsets),
	MEMBER(U64, run_limits, offsets_dropped, .belongs = has_offsets),
	MEMBER(U64, run_limits, start_slots),
	MEMBER(U64, run_limits, kernel_bytes),
	MEMBER(U64, run_limits, intervals_dropped),
	MEMBER(U64, run_limits, mappings_dropped, .flags = FIELD_OPTIONAL,
	       .belongs = has_mappings_dropped),
	MEMBER(U64, run_limits, unknown_fields),
};
static const struct layout limits_layout = LAYOUT(run_limits, limits_fields);

static bool is_bar(const void *object)
{
	const struct run_region *region = object;

	return region->bar != RUN_BAR_UNKNOWN;
}

static const struct field region_fields[] = {
	MEMBER(U32, run_region, index),
	MEMBER(TEXT, run_region, name, .flags = FIELD_OPTIONAL),
	MEMBER(U64, run_region, size, .flags = FIELD_HEX),
	MEMBER(U32, run_region, flags, .flags = FIELD_HEX),
	MEMBER(ENUM, run_region, bar, .name = run_bar__name, .flags = FIELD_OPTIONAL,
	       .belongs = is_bar),
};
static const struct layout region_layout = LAYOUT(run_region, region_fields);

static const struct field shift_fields[] = {
	KEYED("value", U32, run_device, offset_shift),
	KEYED("source", ENUM, run_device, shift_source, .name = run_shift_source__name),
	KEYED("conflict", INT, run_device, shift_conflict, .flags = FIELD_MAYBE),
};
static const struct layout shift_layout = LAYOUT(run_device, shift_fields);

static bool has_msix(const void *object)
{
	const struct run_device *device = object;

	return device->msix_size != 0;
}

static bool has_no_msix(const void *object)
{
	const struct run_device *device = object;

	return device->no_msix;
}

static bool has_no_mmap(const void *object)
{
	const struct run_device *device = object;

	return device->no_mmap;
}

static bool has_sessions(const void *object)
{
	const struct run_device *device = object;

	return device->sessions_ended || device->sessions_open;
}

static const struct field sessions_fields[] = {
	KEYED("ended", U64, run_device, sessions_ended),
	KEYED("open", U64, run_device, sessions_open),
};
static const struct layout sessions_layout = LAYOUT(run_device, sessions_fields);

static const struct field msix_fields[] = {
	KEYED("bar", U32, run_device, msix_bar),
	KEYED("offset", U64, run_device, msix_offset, .flags = FIELD_HEX),
	KEYED("size", U64, run_device, msix_size, .flags = FIELD_HEX),
};
static const struct layout msix_layout = LAYOUT(run_device, msix_fields);

static const struct field device_fields[] = {
	MEMBER(TEXT, run_device, name),
	MEMBER(TEXT, run_device, bus, .flags = FIELD_OPTIONAL),
	MEMBER(TEXT, run_device, driver, .flags = FIELD_OPTIONAL),
	MEMBER(TEXT, run_device, module, .flags = FIELD_OPTIONAL),
	MEMBER(TEXT, run_device, srcversion, .flags = FIELD_OPTIONAL),
	MEMBER(TEXT, run_device, ops, .flags = FIELD_OPTIONAL),
	MEMBER(INT, run_device, iommu_group, .flags = FIELD_MAYBE),
	MEMBER(INT, run_device, vendor_id, .flags = FIELD_MAYBE | FIELD_HEX),
	MEMBER(INT, run_device, device_id, .flags = FIELD_MAYBE | FIELD_HEX),
	MEMBER(INT, run_device, subvendor_id, .flags = FIELD_MAYBE | FIELD_HEX),
	MEMBER(INT, run_device, subdevice_id, .flags = FIELD_MAYBE | FIELD_HEX),
	MEMBER(INT, run_device, class_id, .flags = FIELD_MAYBE | FIELD_HEX),
	MEMBER(INT, run_device, numa_node, .flags = FIELD_MAYBE),
	MEMBER(TEXT, run_device, runtime_status, .flags = FIELD_OPTIONAL),
	MEMBER(TEXT, run_device, link_speed, .flags = FIELD_OPTIONAL),
	MEMBER(INT, run_device, link_width, .flags = FIELD_MAYBE),
	MEMBER(INT, run_device, maxstbl, .flags = FIELD_MAYBE),
	{ .key = "msix",
	  .type = FIELD_OBJECT,
	  .layout = &msix_layout,
	  .flags = FIELD_OPTIONAL,
	  .belongs = has_msix },
	MEMBER(BOOL, run_device, no_msix, .flags = FIELD_OPTIONAL, .belongs = has_no_msix),
	MEMBER(BOOL, run_device, no_mmap, .flags = FIELD_OPTIONAL, .belongs = has_no_mmap),
	{ .key = "sessions",
	  .type = FIELD_OBJECT,
	  .layout = &sessions_layout,
	  .flags = FIELD_OPTIONAL,
	  .belongs = has_sessions },
	{ .key = "offset_shift", .type = FIELD_OBJECT, .layout = &shift_layout },
	ARRAY(run_device, regions, region_layout),
};
static const struct layout device_layout = LAYOUT(run_device, device_fields);

static const struct field handler_fields[] = {
	MEMBER(TEXT, run_handler, function),
	MEMBER(TEXT, run_handler, module, .flags = FIELD_OPTIONAL),
	MEMBER(ENUM, run_handler, dir, .name = run_dir__name),
	MEMBER(TEXT, run_handler, method),
	MEMBER(U64, run_handler, counted),
	MEMBER(U64, run_handler, lost),
	MEMBER(ENUM, run_handler, lost_kind, .name = run_lost_kind__name),
	MEMBER(U64, run_handler, entry_misses),
	MEMBER(U64, run_handler, exit_misses),
	MEMBER(U64, run_handler, no_start),
	MEMBER(U64, run_handler, stale),
	MEMBER(U64, run_handler, replaced),
	MEMBER(U64, run_handler, evicted),
	MEMBER(U64, run_handler, left),
	MEMBER(U64, run_handler, overflow),
	MEMBER(U64, run_handler, no_device),
};
static const struct layout handler_layout = LAYOUT(run_handler, handler_fields);

static const struct field range_fields[] = {
	MEMBER(U64, run_range, min),
	MEMBER(U64, run_range, max),
};
static const struct layout range_layout = LAYOUT(run_range, range_fields);

static const struct field segment_fields[] = {
	MEMBER(U64, run_segment, start_ns),
	MEMBER(U64, run_segment, duration_ns),
	MEMBER(TEXT, run_segment, reason, .flags = FIELD_OPTIONAL),
	MEMBER(OBJECT, run_segment, between, .layout = &range_layout),
	ARRAY(run_segment, handlers, handler_layout),
};
static const struct layout segment_layout = LAYOUT(run_segment, segment_fields);

static const struct field interval_cell_fields[] = {
	MEMBER(U32, run_interval_cell, cell),	MEMBER(U64, run_interval_cell, count),
	MEMBER(U64, run_interval_cell, bytes),	MEMBER(U64, run_interval_cell, errors),
	MEMBER(U64, run_interval_cell, sum_ns),
};
static const struct layout interval_cell_layout = LAYOUT(run_interval_cell, interval_cell_fields);

static const struct field interval_fields[] = {
	MEMBER(U64, run_interval, start_ns),
	MEMBER(U64, run_interval, duration_ns),
	ARRAY(run_interval, cells, interval_cell_layout),
};
static const struct layout interval_layout = LAYOUT(run_interval, interval_fields);

static const struct field latency_fields[] = {
	CONST("unit", "ns"),
	CONST("scheme", RUN_LATENCY_SCHEME),
	KEYED("min", U64, run_latency, min_ns),
	KEYED("max", U64, run_latency, max_ns),
	KEYED("sum", U64, run_latency, sum_ns),
	CODEC("buckets", latency_buckets_codec),
};
static const struct layout latency_layout = LAYOUT(run_latency, latency_fields);

static bool has_refused(const void *object)
{
	const struct run_accesses *accesses = object;

	return accesses->refused != 0;
}

static const struct field access_count_fields[] = {
	KEYED("1", U64, run_accesses, by_width[0]),
	KEYED("2", U64, run_accesses, by_width[1]),
	KEYED("4", U64, run_accesses, by_width[2]),
	KEYED("8", U64, run_accesses, by_width[3]),
	MEMBER(U64, run_accesses, blocks),
	MEMBER(U64, run_accesses, refused, .flags = FIELD_OPTIONAL, .belongs = has_refused),
};
static const struct layout access_count_layout = LAYOUT(run_accesses, access_count_fields);

static bool accesses_known(const void *object)
{
	const struct run_accesses *accesses = object;

	return accesses->source != RUN_ACCESSES_UNKNOWN;
}

static const struct field accesses_fields[] = {
	MEMBER(ENUM, run_accesses, source, .name = run_accesses_source__name),
	{ .key = "counts",
	  .type = FIELD_OBJECT,
	  .layout = &access_count_layout,
	  .belongs = accesses_known },
};
static const struct layout accesses_layout = LAYOUT(run_accesses, accesses_fields);

static const struct field cell_fields[] = {
	MEMBER(U32, run_cell, device),
	MEMBER(U32, run_cell, region),
	MEMBER(ENUM, run_cell, dir, .name = run_dir__name),
	CODEC("width", cell_width_codec),
	MEMBER(INT, run_cell, process, .flags = FIELD_MAYBE),
	MEMBER(U64, run_cell, count),
	MEMBER(U64, run_cell, bytes),
	CODEC("errors", cell_errors_codec),
	MEMBER(U64, run_cell, shorts),
	MEMBER(U64, run_cell, unaligned),
	MEMBER(U64, run_cell, crossing),
	MEMBER(U64, run_cell, untimed),
	KEYED("device_accesses", OBJECT, run_cell, accesses, .layout = &accesses_layout),
	MEMBER(OBJECT, run_cell, latency, .layout = &latency_layout),
};
static const struct layout cell_layout = LAYOUT(run_cell, cell_fields);

static const struct field process_fields[] = {
	MEMBER(INT, run_process, pid),
	MEMBER(TEXT, run_process, comm, .flags = FIELD_OPTIONAL),
	MEMBER(TEXT, run_process, cgroup, .flags = FIELD_OPTIONAL),
	MEMBER(TEXT, run_process, vm, .flags = FIELD_OPTIONAL),
};
static const struct layout process_layout = LAYOUT(run_process, process_fields);

static bool was_dropped(const void *object)
{
	const struct run_mapping *mapping = object;

	return mapping->dropped.max != 0;
}

static const struct field mapping_fields[] = {
	MEMBER(TEXT, run_mapping, device),
	MEMBER(INT, run_mapping, region, .flags = FIELD_MAYBE),
	MEMBER(U64, run_mapping, offset, .flags = FIELD_HEX),
	MEMBER(U64, run_mapping, length, .flags = FIELD_HEX),
	MEMBER(TEXT, run_mapping, prot),
	MEMBER(U32, run_mapping, process),
	MEMBER(BOOL, run_mapping, before_trace),
	MEMBER(OBJECT, run_mapping, made, .layout = &range_layout),
	MEMBER(OBJECT, run_mapping, dropped, .layout = &range_layout, .flags = FIELD_OPTIONAL,
	       .belongs = was_dropped),
};
static const struct layout mapping_layout = LAYOUT(run_mapping, mapping_fields);

static bool has_count(const void *object)
{
	const struct run_blind_spot *spot = object;

	return spot->count != 0;
}

static const struct field blind_spot_fields[] = {
	MEMBER(TEXT, run_blind_spot, device, .flags = FIELD_OPTIONAL),
	MEMBER(INT, run_blind_spot, region, .flags = FIELD_MAYBE),
	MEMBER(TEXT, run_blind_spot, kind),
	MEMBER(ENUM, run_blind_spot, answer, .name = run_answer__name),
	MEMBER(U64, run_blind_spot, count, .flags = FIELD_OPTIONAL, .belongs = has_count),
	MEMBER(TEXT, run_blind_spot, detail, .flags = FIELD_OPTIONAL),
};
static const struct layout blind_spot_layout = LAYOUT(run_blind_spot, blind_spot_fields);

static bool has_detail(const void *object)
{
	return run_hot_offset__is_detailed(object);
}

static bool has_failed(const void *object)
{
	const struct run_hot_offset *hot = object;

	return hot->errors != 0;
}

/* last_ns before the others, for they belong where it is. */
static const struct field hot_offset_fields[] = {
	MEMBER(U32, run_hot_offset, cell),
	MEMBER(U64, run_hot_offset, offset, .flags = FIELD_HEX),
	MEMBER(U64, run_hot_offset, count),
	MEMBER(U64, run_hot_offset, last_ns, .flags = FIELD_OPTIONAL, .belongs = has_detail),
	MEMBER(U64, run_hot_offset, first_ns, .belongs = has_detail),
	MEMBER(U64, run_hot_offset, width, .belongs = has_detail),
	MEMBER(U64, run_hot_offset, errors, .belongs = has_detail),
	MEMBER(U64, run_hot_offset, first_error_ns, .belongs = has_failed),
	MEMBER(U64, run_hot_offset, last_error_ns, .belongs = has_failed),
};
static const struct layout hot_offset_layout = LAYOUT(run_hot_offset, hot_offset_fields);

static const struct field sample_fields[] = {
	MEMBER(U64, run_sample, ops),
	MEMBER(U64, run_sample, elapsed_ns),
};
static const struct layout sample_layout = LAYOUT(run_sample, sample_fields);

static bool has_access_width(const void *object)
{
	const struct run_case *c = object;

	return c->access_width != 0;
}

static bool has_flush(const void *object)
{
	const struct run_case *c = object;

	return c->flush != NULL;
}

static bool has_warmup(const void *object)
{
	const struct run_case *c = object;

	return c->warmup != NULL;
}

static bool has_frequency(const void *object)
{
	const struct run_case *c = object;

	return c->cpu_khz.max != 0;
}

static const struct field case_fields[] = {
	MEMBER(TEXT, run_case, id),
	MEMBER(TEXT, run_case, mode),
	MEMBER(TEXT, run_case, pattern),
	MEMBER(U32, run_case, region),
	MEMBER(U64, run_case, width),
	MEMBER(U32, run_case, access_width, .flags = FIELD_OPTIONAL, .belongs = has_access_width),
	MEMBER(U64, run_case, offset, .flags = FIELD_HEX),
	MEMBER(U64, run_case, length, .flags = FIELD_HEX),
	MEMBER(U32, run_case, threads),
	ARRAY(run_case, samples, sample_layout),
	MEMBER(OBJECT, run_case, latency, .layout = &latency_layout),
	MEMBER(U64, run_case, timer_ns),
	MEMBER(U64, run_case, issued),
	MEMBER(U64, run_case, operations),
	MEMBER(TEXT, run_case, flush, .flags = FIELD_OPTIONAL),
	MEMBER(U64, run_case, read_backs, .flags = FIELD_OPTIONAL, .belongs = has_flush),
	MEMBER(TEXT, run_case, warmup, .flags = FIELD_OPTIONAL),
	MEMBER(U64, run_case, warmup_operations, .flags = FIELD_OPTIONAL, .belongs = has_warmup),
	MEMBER(OBJECT, run_case, cpu_khz, .layout = &range_layout, .flags = FIELD_OPTIONAL,
	       .belongs = has_frequency),
	CODEC("errors", case_errors_codec),
	MEMBER(U64, run_case, shorts),
};
static const struct layout case_layout = LAYOUT(run_case, case_fields);

static const struct field bench_fields[] = {
	KEYED("mapping", TEXT, run, setting.mapping, .flags = FIELD_OPTIONAL),
	KEYED("governor", TEXT, run, setting.governor, .flags = FIELD_OPTIONAL),
	KEYED("cpus", TEXT, run, setting.cpus, .flags = FIELD_OPTIONAL),
	ARRAY(run, cases, case_layout),
};
static const struct layout bench_layout = LAYOUT(run, bench_fields, .lines = true);

static bool has_command(const void *object)
{
	const struct run *run = object;

	return run->command.argv != NULL;
}

static bool has_elsewhere(const void *object)
{
	const struct run *run = object;

	return accesses_known(&run->accesses_elsewhere);
}

static bool is_bench(const void *object)
{
	const struct run *run = object;

	return run->kind == RUN_BENCH;
}

static const struct field run_fields[] = {
	CONST("schema", RUN_SCHEMA),
	MEMBER(ENUM, run, kind, .name = run_kind__name),
	MEMBER(TEXT, run, tool),
	MEMBER(TEXT, run, version),
	MEMBER(ARGV, run, argv),
	CODEC("started", run_started_codec),
	MEMBER(U64, run, duration_ns),
	MEMBER(OBJECT, run, host, .layout = &host_layout),
	MEMBER(OBJECT, run, command, .layout = &command_layout, .flags = FIELD_OPTIONAL,
	       .belongs = has_command),
	MEMBER(OBJECT, run, limits, .layout = &limits_layout),
	ARRAY(run, devices, device_layout),
	ARRAY(run, segments, segment_layout),
	ARRAY(run, intervals, interval_layout),
	ARRAY(run, cells, cell_layout),
	MEMBER(OBJECT, run, accesses_elsewhere, .layout = &accesses_layout, .flags = FIELD_OPTIONAL,
	       .belongs = has_elsewhere),
	ARRAY(run, processes, process_layout),
	ARRAY_OPTIONAL(run, mappings, mapping_layout),
	ARRAY(run, blind_spots, blind_spot_layout),
	ARRAY(run, hot_offsets, hot_offset_layout),
	{ .key = "bench", .type = FIELD_OBJECT, .layout = &bench_layout, .belongs = is_bench },
};
const struct layout run_layout = LAYOUT(run, run_fields, .lines = true);
