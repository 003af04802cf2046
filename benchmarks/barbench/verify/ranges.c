// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "benchmarks/barbench/verify/plan.h"
#include "benchmarks/barbench/verify/ranges.h"

static int no_memory(struct trouble *trouble)
{
	return trouble__say(trouble, ENOMEM, "no memory");
}

static int add_range(struct verify_record *record, uint32_t region, uint64_t from, uint64_t to,
		     uint64_t region_size)
{
	struct verify_range *range = verify_record__add_range(record);
	char name[32];

	if (!range)
		return -ENOMEM;
	range->region = region;
	range->offset = from;
	range->length = to - from;
	range->region_size = region_size;
	range->verdict = VERIFY_UNDECIDED;
	range->name = strdup(run_region__name("pci", region, name, sizeof(name)));
	range->bytes = calloc(range->length, sizeof(*range->bytes));
	return range->name && range->bytes ? 0 : -ENOMEM;
}

static int add_left_out(struct verify_record *record, uint32_t region, uint64_t from, uint64_t to,
			const char *reason)
{
	struct verify_left_out *left_out = verify_record__add_left_out(record);
	char name[32];

	if (!left_out)
		return -ENOMEM;
	left_out->region = strdup(run_region__name("pci", region, name, sizeof(name)));
	left_out->offset = from;
	left_out->length = to - from;
	left_out->reason = strdup(reason);
	return left_out->region && left_out->reason ? 0 : -ENOMEM;
}

static int compare_offsets(const void *a, const void *b)
{
	const struct capability *left = a, *right = b;

	return left->offset < right->offset ? -1 : left->offset > right->offset;
}

int ranges__cut(struct verify_record *record, const struct verify_span *span, uint64_t region_size,
		struct capability *capabilities, size_t nr)
{
	uint64_t at = span->offset, end = span->offset + span->length, from, to;
	size_t i;
	int err = 0;

	qsort(capabilities, nr, sizeof(*capabilities), compare_offsets);
	for (i = 0; i < nr && !err; i++) {
		from = capabilities[i].offset < at ? at : capabilities[i].offset;
		to = capabilities[i].offset + capabilities[i].length;
		to = to > end ? end : to;
		if (from >= to)
			continue;
		if (from > at)
			err = add_range(record, span->region, at, from, region_size);
		if (!err)
			err = add_left_out(record, span->region, from, to, capabilities[i].name);
		at = to;
	}
	if (!err && at < end)
		err = add_range(record, span->region, at, end, region_size);
	return err;
}

static int check_span(const struct bench_region *region, const struct verify_span *span, bool write,
		      struct trouble *trouble)
{
	char name[32];

	run_region__name("pci", span->region, name, sizeof(name));
	if (span->offset >= region->size || span->length > region->size - span->offset)
		return trouble__say(trouble, EINVAL,
				    "the range 0x%" PRIx64 "+0x%" PRIx64 " is not within %s, which "
				    "has %" PRIu64 " bytes",
				    span->offset, span->length, name, region->size);
	if (!(region->flags & VFIO_REGION_INFO_FLAG_READ))
		return trouble__say(trouble, EINVAL, "%s cannot be read", name);
	if (write && !(region->flags & VFIO_REGION_INFO_FLAG_WRITE))
		return trouble__say(trouble, EINVAL, "%s cannot be written", name);
	return 0;
}

static int explain_config(const struct port *port, int err, struct trouble *trouble)
{
	const char *bdf = port->device->pci.bdf;

	if (err == -ECANCELED)
		return trouble__say(trouble, ECANCELED, "%s", port->why.text);
	if (err == -ELOOP)
		return trouble__say(trouble, EINVAL,
				    "the capabilities of %s lead in a circle: what must not be "
				    "accessed in CONFIG cannot be told",
				    bdf);
	return trouble__say(trouble, -err,
			    "cannot look for capabilities in the config space of %s (%s), so what "
			    "must not be accessed in CONFIG cannot be told",
			    bdf, strerror(-err));
}

/* The number of capabilities, or a negative errno and @trouble. */
static int find_capabilities(struct port *port, const char *sysfs, uint32_t size,
			     struct capability *found, struct trouble *trouble)
{
	struct port_config config = { .port = port };
	char path[PATH_MAX];
	int nr;

	snprintf(path, sizeof(path), "%s/bus/pci/devices/%s/config", sysfs, port->device->pci.bdf);
	config.fd = open(path, O_RDONLY | O_CLOEXEC);
	if (config.fd < 0)
		return explain_config(port, -errno, trouble);
	nr = capabilities__find(port__read_config, &config, size, found);
	close(config.fd);
	return nr < 0 ? explain_config(port, nr, trouble) : nr;
}

static int check_spans(const struct verify_options *options, struct bench_device *device,
		       struct trouble *trouble)
{
	size_t i;
	int err = 0;

	for (i = 0; i < options->nr_spans && !err; i++) {
		err = bench_device__select(device, options->spans[i].region, trouble);
		if (!err)
			err = check_span(device->region, &options->spans[i], options->bench.write,
					 trouble);
	}
	return err;
}

static int cut_spans(struct verify_record *record, const struct verify_options *options,
		     struct port *port, const char *sysfs, struct trouble *trouble)
{
	struct capability found[CAPABILITIES_MAX];
	int nr, known = -1, err = 0;
	size_t i;

	for (i = 0; i < options->nr_spans && !err; i++) {
		const struct verify_span *span = &options->spans[i];

		nr = 0;
		err = bench_device__select(port->device, span->region, trouble);
		if (!err && span->region == VFIO_PCI_CONFIG_REGION_INDEX) {
			if (known < 0)
				known = find_capabilities(port, sysfs,
							  (uint32_t)port->device->region->size,
							  found, trouble);
			nr = known;
			err = known < 0 ? known : 0;
		}
		if (!err &&
		    ranges__cut(record, span, port->device->region->size, found, (size_t)nr))
			err = no_memory(trouble);
	}
	return err;
}

static int plan(struct verify_range *range, const struct verify_options *options,
		struct trouble *trouble)
{
	bool ends = range->offset + range->length == range->region_size;
	int err = plan__make(range, options, VS_READ, ends);

	if (!err && options->bench.write)
		err = plan__make(range, options, VS_WRITE, ends);
	if (err == -E2BIG)
		return plan__too_big(trouble);
	return err ? no_memory(trouble) : 0;
}

int ranges__make(struct verify_record *record, const struct verify_options *options,
		 struct port *port, const char *sysfs, struct trouble *trouble)
{
	int err = check_spans(options, port->device, trouble);
	size_t i;

	if (!err)
		err = cut_spans(record, options, port, sysfs, trouble);
	for (i = 0; i < record->nr_ranges && !err; i++)
		err = plan(&record->ranges[i], options, trouble);
	return err;
}
