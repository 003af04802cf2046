// SPDX-License-Identifier: GPL-2.0-only
/* The text form: sections in the order in which an operator asks. */
#include <errno.h>
#include <stdlib.h>

#include "user/render/forms.h"
#include "user/render/text.h"

static bool is_filtered(const struct render_options *options)
{
	return options && (options->device || options->region_mask || options->dir_mask);
}

static void print_no_cells(FILE *out, const struct run *run, const struct render_options *options)
{
	if (is_filtered(options) && run->nr_cells) {
		fprintf(out, "No cell passes the filters; without them there are %zu.\n",
			run->nr_cells);
		return;
	}
	fputs("No access was recorded. Possible reasons:\n"
	      "- nobody used the device in this time, or its user reaches it through mmap only\n"
	      "- a filter (--device, --pid, --comm, --region, ...) let nothing pass\n"
	      "- the device's driver has another handler than those in the account\n",
	      out);
}

/* Cell tables go through a buffer to know whether there was any. */
static int print_cells(FILE *out, const struct run *run, const struct render_options *options)
{
	char *tables = NULL;
	size_t size = 0;
	FILE *buffer = open_memstream(&tables, &size);
	int err;

	if (!buffer)
		return -ENOMEM;
	err = render_cells(buffer, run, options);
	if (fclose(buffer))
		err = err ?: -ENOMEM;
	if (!err && !size)
		print_no_cells(out, run, options);
	if (!err && size) {
		fwrite(tables, size, 1, out);
		fputc('\n', out);
		err = render_totals(out, run, options);
		err = err ?: text__accesses(out, run, options);
		err = err ?: text__offsets(out, run, options);
	}
	free(tables);
	return err;
}

static int print_trace(FILE *out, const struct run *run, const struct render_options *options)
{
	int err = text__account(out, run);

	if (err)
		return err;
	fputc('\n', out);
	err = print_cells(out, run, options);
	if (err)
		return err;
	fputc('\n', out);
	err = text__notes(out, run);
	if (err)
		return err;
	fputc('\n', out);
	return text__not_seen(out, run);
}

static int render(FILE *out, const struct run *run, const struct render_options *options)
{
	int err = text__header(out, run, options ? options->title : NULL);

	if (err)
		return err;
	fputc('\n', out);
	if (run->nr_devices) {
		err = text__devices(out, run);
		if (err)
			return err;
		fputc('\n', out);
	}
	return run->kind == RUN_BENCH ? text__cases(out, run) : print_trace(out, run, options);
}

const struct renderer render_text = {
	.name = "text",
	.help = "tables for people (default)",
	.many = true,
	.run = render,
};
