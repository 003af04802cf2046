// SPDX-License-Identifier: GPL-2.0-only
/*
 * A client of known behaviour: opens a VFIO device (group and type1), makes the accesses that a
 * script says, and prints the cells that a trace of them must have. It knows them from what its
 * system calls returned and from nothing else, and shares no code with the program under test.
 *
 * Script: one line an access, '#' begins a comment.
 *
 *   DIR REGION OFFSET WIDTH[+WIDTH...] TIMES VIA [want=WANT] [next=ERRNO] [buf=BUF]
 *
 *   DIR      read, write
 *   REGION   BAR0..BAR5, ROM, CONFIG, VGA, an index, or "pos": wherever the file position is
 *   OFFSET   in the region; "end", "end-4", "end+4" count from its size
 *   WIDTH    bytes of the buffer; several make a vector, and a handler call each
 *   VIA      call (pread, pwrite), vector (preadv, pwritev); for "pos": call (read, write), vector
 *            (readv, writev)
 *   WANT     full (default), short or an errno: what the call must return. Else the client fails:
 *            a script of which nothing comes true would prove nothing
 *   next     the errno of the vector's next element, which the kernel tried and does not report
 *            since those before succeeded: the call is short
 *   BUF      good (default), null (not mapped), edge:N (only N bytes are mapped), kernel (refused
 *            before the handler is called: no access)
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/vfio.h>

enum { MAX_SEGMENTS = 16, NR_REGIONS = 16, REGION_BAD = 15, NR_WIDTHS = 19, NR_ERRNOS = 134 };
enum { MAX_WORKERS = 16, POS = -1, WANT_FULL = 0, WANT_SHORT = -1, PAGE = 4096 };

enum dir { DIR_READ, DIR_WRITE };
enum buf { BUF_GOOD, BUF_NULL, BUF_EDGE, BUF_KERNEL };

struct op {
	enum dir dir;
	long region; /* or POS */
	int64_t offset;
	bool from_end;
	bool vector;
	size_t widths[MAX_SEGMENTS];
	int nr_widths;
	size_t total;
	unsigned long times;
	int want; /* WANT_FULL, WANT_SHORT, or an errno */
	int next; /* errno, or 0 */
	enum buf buf;
	size_t edge;
	int line;
};

struct cell {
	uint64_t count, bytes, errors, shorts, unaligned, crossing;
	uint64_t errnos[NR_ERRNOS];
};

struct region {
	uint64_t size, offset;
};

/* One process or thread; the memory is shared with the children. */
struct worker {
	int index;
	struct cell cells[NR_REGIONS][2][NR_WIDTHS];
};

static struct {
	const char *device;
	const char *output;
	const char *ready, *go;
	int processes, threads;
	int cpu; /* of the first worker; -1: not pinned */
	unsigned long repeat;

	struct op *ops;
	size_t nr_ops;
	size_t most; /* bytes of the largest access */
	int fd;
	int shift;
	uint64_t pos; /* of the file */
	struct region regions[NR_REGIONS];
	struct worker *workers;
} c = { .processes = 1, .threads = 1, .cpu = -1, .repeat = 1 };

static void __attribute__((format(printf, 1, 2), noreturn)) die(const char *format, ...)
{
	va_list args;

	fprintf(stderr, "client: ");
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fprintf(stderr, "\n");
	exit(2);
}

/* --- the script -------------------------------------------------------------------------------- */

static const char *const region_names[] = { "BAR0", "BAR1", "BAR2",   "BAR3", "BAR4",
					    "BAR5", "ROM",  "CONFIG", "VGA" };

#define NR_REGION_NAMES (int)(sizeof(region_names) / sizeof(region_names[0]))

static int64_t parse_number(const char *text, int line)
{
	char *end;
	int64_t value = strtoll(text, &end, 0);

	if (end == text || *end)
		die("line %d: '%s' is no number", line, text);
	return value;
}

static long parse_region(const char *text, int line)
{
	if (!strcmp(text, "pos"))
		return POS;
	for (int i = 0; i < NR_REGION_NAMES; i++)
		if (!strcmp(text, region_names[i]))
			return i;
	return parse_number(text, line);
}

static int parse_errno(const char *text, int line)
{
	for (int err = 1; err < NR_ERRNOS; err++) {
		const char *name = strerrorname_np(err);

		if (name && !strcmp(name, text))
			return err;
	}
	die("line %d: there is no errno %s", line, text);
}

static void parse_offset(struct op *op, const char *text)
{
	if (strncmp(text, "end", 3) != 0) {
		op->offset = parse_number(text, op->line);
		return;
	}
	op->from_end = true;
	op->offset = text[3] ? parse_number(text + 3, op->line) : 0;
}

static void parse_widths(struct op *op, char *text)
{
	char *rest = NULL;

	for (char *width = strtok_r(text, "+", &rest); width; width = strtok_r(NULL, "+", &rest)) {
		if (op->nr_widths == MAX_SEGMENTS)
			die("line %d: more than %d widths", op->line, MAX_SEGMENTS);
		op->widths[op->nr_widths] = parse_number(width, op->line);
		op->total += op->widths[op->nr_widths++];
	}
}

static void parse_flag(struct op *op, const char *flag)
{
	if (!strcmp(flag, "want=short"))
		op->want = WANT_SHORT;
	else if (!strncmp(flag, "want=", 5))
		op->want = parse_errno(flag + 5, op->line);
	else if (!strncmp(flag, "next=", 5))
		op->next = parse_errno(flag + 5, op->line);
	else if (!strcmp(flag, "buf=null"))
		op->buf = BUF_NULL;
	else if (!strcmp(flag, "buf=kernel"))
		op->buf = BUF_KERNEL;
	else if (sscanf(flag, "buf=edge:%zu", &op->edge) == 1)
		op->buf = BUF_EDGE;
	else
		die("line %d: what is '%s'?", op->line, flag);
}

static void parse_line(char *line, int number)
{
	struct op op = { .line = number };
	char *words[9], *rest = NULL;
	int nr = 0;

	line[strcspn(line, "#\n")] = 0;
	for (char *word = strtok_r(line, " \t", &rest); word; word = strtok_r(NULL, " \t", &rest)) {
		if (nr == 9)
			die("line %d: too many words", number);
		words[nr++] = word;
	}
	if (!nr)
		return;
	if (nr < 6)
		die("line %d: too few words", number);
	op.dir = !strcmp(words[0], "write") ? DIR_WRITE : DIR_READ;
	if (op.dir == DIR_READ && strcmp(words[0], "read") != 0)
		die("line %d: '%s' is neither read nor write", number, words[0]);
	op.region = parse_region(words[1], number);
	parse_offset(&op, words[2]);
	parse_widths(&op, words[3]);
	op.times = parse_number(words[4], number);
	op.vector = !strcmp(words[5], "vector");
	if (!op.vector && strcmp(words[5], "call") != 0)
		die("line %d: '%s' is neither call nor vector", number, words[5]);
	if (!op.vector && op.nr_widths > 1)
		die("line %d: several widths need a vector", number);
	for (int i = 6; i < nr; i++)
		parse_flag(&op, words[i]);
	if (op.next)
		op.want = WANT_SHORT;

	c.ops = reallocarray(c.ops, c.nr_ops + 1, sizeof(*c.ops));
	if (!c.ops)
		die("no memory");
	c.ops[c.nr_ops++] = op;
	if (c.most < op.total)
		c.most = op.total;
}

static void read_script(const char *path)
{
	FILE *file = strcmp(path, "-") ? fopen(path, "r") : stdin;
	char line[512];

	if (!file)
		die("%s: %m", path);
	for (int number = 1; fgets(line, sizeof(line), file); number++)
		parse_line(line, number);
	if (file != stdin)
		fclose(file);
}

/* --- the device -------------------------------------------------------------------------------- */

static int open_group(void)
{
	char path[PATH_MAX], link[PATH_MAX] = "";
	int fd;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/iommu_group", c.device);
	if (readlink(path, link, sizeof(link) - 1) < 0)
		die("%s: %m", path);
	snprintf(path, sizeof(path), "/dev/vfio/%s", strrchr(link, '/') + 1);
	fd = open(path, O_RDWR);
	if (fd < 0)
		die("%s: %m", path);
	return fd;
}

/* What is not there keeps size 0. */
static void ask_regions(void)
{
	for (uint32_t i = 0; i < REGION_BAD; i++) {
		struct vfio_region_info info = { .argsz = sizeof(info), .index = i };

		if (ioctl(c.fd, VFIO_DEVICE_GET_REGION_INFO, &info))
			continue;
		c.regions[i] = (struct region){ info.size, info.offset };
	}
	/* The layout is the driver's: the shift is whatever CONFIG's offset says. */
	while (c.shift < 63 && c.regions[VFIO_PCI_CONFIG_REGION_INDEX].offset >> c.shift !=
				       VFIO_PCI_CONFIG_REGION_INDEX)
		c.shift++;
	if (c.shift == 63)
		die("CONFIG is at 0x%llx",
		    (unsigned long long)c.regions[VFIO_PCI_CONFIG_REGION_INDEX].offset);
}

static void open_device(void)
{
	int container = open("/dev/vfio/vfio", O_RDWR), group = open_group();

	if (container < 0)
		die("/dev/vfio/vfio: %m");
	if (ioctl(group, VFIO_GROUP_SET_CONTAINER, &container) ||
	    ioctl(container, VFIO_SET_IOMMU, VFIO_TYPE1v2_IOMMU))
		die("%s: cannot set the container up: %m", c.device);
	c.fd = ioctl(group, VFIO_GROUP_GET_DEVICE_FD, c.device);
	if (c.fd < 0)
		die("%s: %m", c.device);
	ask_regions();
}

/* --- what must be counted ---------------------------------------------------------------------- */

static int width_class(size_t width)
{
	int class = 9;

	if (width <= 8)
		return width;
	for (size_t most = 16; most <= 4096; most *= 2, class ++)
		if (width <= most)
			return class;
	return class;
}

static void print_width(FILE *out, int class)
{
	if (class < NR_WIDTHS - 1)
		fprintf(out, "%d,", class <= 8 ? class : 16 << (class - 9));
	else
		fprintf(out, ">4096,");
}

static bool is_unaligned(uint64_t offset, size_t width)
{
	for (size_t access = 8; access; access /= 2)
		if (width >= access)
			return offset % access;
	return false;
}

/* One handler call; @result is what it returned. */
static void expect(struct worker *worker, enum dir dir, uint64_t pos, size_t width, ssize_t result)
{
	uint64_t region = pos >> c.shift, offset = pos - (region << c.shift);
	struct cell *cell =
		&worker->cells[region < REGION_BAD ? region : REGION_BAD][dir][width_class(width)];

	cell->count++;
	if (result < 0) {
		cell->errors++;
		cell->errnos[-result]++;
	} else {
		cell->bytes += result;
		cell->shorts += (size_t)result < width;
	}
	cell->unaligned += is_unaligned(offset, width);
	cell->crossing += width && offset / PAGE != (offset + width - 1) / PAGE;
}

/*
 * The kernel calls the handler for one element of the vector after another, until one is not
 * served in full. The call fails only if the first does.
 */
static void expect_vector(struct worker *worker, const struct op *op, uint64_t pos, ssize_t result)
{
	size_t left = result < 0 ? 0 : result;

	if (result < 0) {
		expect(worker, op->dir, pos, op->widths[0], result);
		return;
	}
	for (int i = 0; i < op->nr_widths; i++) {
		size_t width = op->widths[i], got = left < width ? left : width;

		if (i && width && !got && !op->next)
			die("line %d: next= must say what became of element %d", op->line, i);
		expect(worker, op->dir, pos, width, i && width && !got ? -op->next : (ssize_t)got);
		if (got < width)
			break;
		left -= got;
		pos += got;
	}
}

/* --- accesses ---------------------------------------------------------------------------------- */

/* @end: the first byte after the buffer, which is not mapped. */
static char *buffer_of(const struct op *op, char *memory, char *end)
{
	switch (op->buf) {
	case BUF_NULL:
		return (char *)8;
	case BUF_EDGE:
		return end - op->edge;
	case BUF_KERNEL:
		return (char *)0xffff888000000000UL;
	default:
		return memory;
	}
}

static ssize_t issue(const struct op *op, uint64_t pos, char *buffer)
{
	struct iovec vector[MAX_SEGMENTS] = { 0 };

	for (int i = 0; i < op->nr_widths; i++) {
		vector[i] = (struct iovec){ buffer, op->widths[i] };
		buffer += op->widths[i];
	}
	if (op->region == POS && op->vector)
		return op->dir == DIR_READ ? readv(c.fd, vector, op->nr_widths)
					   : writev(c.fd, vector, op->nr_widths);
	if (op->region == POS)
		return op->dir == DIR_READ ? read(c.fd, vector[0].iov_base, op->total)
					   : write(c.fd, vector[0].iov_base, op->total);
	if (op->vector)
		return op->dir == DIR_READ ? preadv(c.fd, vector, op->nr_widths, pos)
					   : pwritev(c.fd, vector, op->nr_widths, pos);
	return op->dir == DIR_READ ? pread(c.fd, vector[0].iov_base, op->total, pos)
				   : pwrite(c.fd, vector[0].iov_base, op->total, pos);
}

static void check_result(const struct op *op, ssize_t result)
{
	if (op->want > 0 && result == -op->want)
		return;
	if (op->want == WANT_SHORT && result >= 0 && (size_t)result < op->total)
		return;
	if (op->want == WANT_FULL && result == (ssize_t)op->total)
		return;
	die("line %d: returned %zd (%s)", op->line, result,
	    result < 0 ? strerrorname_np(-result) : "bytes");
}

static uint64_t position(const struct op *op)
{
	if (op->region == POS)
		return c.pos;
	return ((uint64_t)op->region << c.shift) + op->offset +
	       (op->from_end && op->region < REGION_BAD ? c.regions[op->region].size : 0);
}

/* Does the kernel call the handler? Not for an empty vector. */
static bool is_access(const struct op *op)
{
	return op->buf != BUF_KERNEL && (op->total || !op->vector);
}

static void run_op(struct worker *worker, const struct op *op, char *memory, char *end)
{
	char *buffer = buffer_of(op, memory, end);

	for (unsigned long i = 0; i < op->times; i++) {
		uint64_t pos = position(op);
		ssize_t result = issue(op, pos, buffer);

		if (result < 0)
			result = -errno;
		check_result(op, result);
		if (is_access(op))
			expect_vector(worker, op, pos, result);
		if (op->region == POS && result > 0)
			c.pos += result;
	}
}

static void pin(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu % (int)sysconf(_SC_NPROCESSORS_ONLN), &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		die("cannot run on CPU %d: %m", cpu);
}

static void *run_worker(void *data)
{
	struct worker *worker = data;
	size_t size = (c.most + PAGE) / PAGE * PAGE;
	char *memory =
		mmap(NULL, size + PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED || mprotect(memory + size, PAGE, PROT_NONE))
		die("cannot map %zu bytes: %m", size);
	/* The process keeps its name: it is what --comm means, not that of a thread. */
	if (pthread_setname_np(pthread_self(), "worker"))
		die("cannot name a thread");
	if (c.cpu >= 0)
		pin(c.cpu + worker->index);
	for (unsigned long i = 0; i < c.repeat; i++)
		for (size_t op = 0; op < c.nr_ops; op++)
			run_op(worker, &c.ops[op], memory, memory + size);
	munmap(memory, size + PAGE);
	return NULL;
}

static void run_process(int index)
{
	pthread_t threads[MAX_WORKERS];

	for (int i = 0; i < c.threads; i++) {
		struct worker *worker = &c.workers[index * c.threads + i];

		worker->index = index * c.threads + i;
		if (pthread_create(&threads[i], NULL, run_worker, worker))
			die("cannot make a thread");
	}
	for (int i = 0; i < c.threads; i++)
		pthread_join(threads[i], NULL);
}

/*
 * The first access to a BAR claims it, and another one at that time would get EBUSY: with several
 * workers it is made beforehand, and counted.
 */
static void touch_bars(void)
{
	const struct op touch = { .widths = { 1 }, .nr_widths = 1, .total = 1, .times = 1 };
	char memory[1];
	bool touched[VFIO_PCI_BAR5_REGION_INDEX + 1] = { false };

	for (size_t i = 0; i < c.nr_ops; i++) {
		struct op op = touch;

		op.region = c.ops[i].region;
		if (op.region < 0 || op.region > VFIO_PCI_BAR5_REGION_INDEX || touched[op.region])
			continue;
		touched[op.region] = true;
		if (c.regions[op.region].size)
			run_op(&c.workers[0], &op, memory, NULL);
	}
}

static void run_workers(void)
{
	int failed = 0, status;

	c.workers = mmap(NULL, sizeof(*c.workers) * c.processes * c.threads, PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (c.workers == MAP_FAILED)
		die("no memory");
	if (c.processes * c.threads > 1)
		touch_bars();
	if (c.processes == 1) {
		run_process(0);
		return;
	}
	for (int i = 0; i < c.processes; i++) {
		pid_t pid = fork();

		if (pid < 0)
			die("cannot fork: %m");
		if (!pid) {
			run_process(i);
			exit(0);
		}
	}
	while (wait(&status) > 0)
		failed += status != 0;
	if (failed)
		die("%d processes failed", failed);
}

/* --- output ------------------------------------------------------------------------------------ */

static int compare_names(const void *a, const void *b)
{
	return strcmp(strerrorname_np(*(const int *)a), strerrorname_np(*(const int *)b));
}

static void print_errnos(FILE *out, const struct cell *cell)
{
	int errnos[NR_ERRNOS] = { 0 }, nr = 0;

	for (int err = 1; err < NR_ERRNOS; err++)
		if (cell->errnos[err])
			errnos[nr++] = err;
	qsort(errnos, nr, sizeof(errnos[0]), compare_names);
	for (int i = 0; i < nr; i++)
		fprintf(out, "%s%s:%lu", i ? " " : "", strerrorname_np(errnos[i]),
			cell->errnos[errnos[i]]);
}

static void print_cell(FILE *out, int region, enum dir dir, int class, const struct cell *cell)
{
	if (!cell->count)
		return;
	fprintf(out, "%s,", c.device);
	if (region < NR_REGION_NAMES)
		fprintf(out, "%s,", region_names[region]);
	else if (region == REGION_BAD)
		fprintf(out, "bad,");
	else
		fprintf(out, "region %d,", region);
	fprintf(out, "%s,", dir == DIR_READ ? "read" : "write");
	print_width(out, class);
	fprintf(out, "%lu,%lu,%lu,", cell->count, cell->bytes, cell->errors);
	print_errnos(out, cell);
	fprintf(out, ",%lu,%lu,%lu\n", cell->shorts, cell->unaligned, cell->crossing);
}

static void add_cell(struct cell *sum, const struct cell *cell)
{
	const uint64_t *from = (const uint64_t *)cell;
	uint64_t *to = (uint64_t *)sum;

	for (size_t i = 0; i < sizeof(*cell) / sizeof(*from); i++)
		to[i] += from[i];
}

/* A file appears when it is complete. */
static void print_cells(void)
{
	char path[PATH_MAX] = "/dev/stdout";
	FILE *out;

	if (c.output)
		snprintf(path, sizeof(path), "%s.tmp", c.output);
	out = fopen(path, "w");
	if (!out)
		die("%s: %m", path);
	for (int i = 0; i < NR_REGIONS * 2 * NR_WIDTHS; i++) {
		int region = i / NR_WIDTHS / 2, dir = i / NR_WIDTHS % 2, class = i % NR_WIDTHS;
		struct cell sum = { 0 };

		for (int w = 0; w < c.processes * c.threads; w++)
			add_cell(&sum, &c.workers[w].cells[region][dir][class]);
		print_cell(out, region, dir, class, &sum);
	}
	if (fclose(out) || (c.output && rename(path, c.output)))
		die("cannot write %s: %m", path);
}

/* --- the command line -------------------------------------------------------------------------- */

static const char usage[] =
	"Usage: client [OPTION]... BDF SCRIPT|-\n"
	"  -o FILE           the cells to expect: "
	"device,region,dir,width,count,bytes,errors,errnos,\n"
	"                    short,unaligned,crossing, errnos by name\n"
	"  --processes N     each runs the script, on one open file\n"
	"  --threads N       the same for each process\n"
	"  --cpu N           the first worker runs on CPU N, the next one on the next, and so on\n"
	"  --repeat N        of the script\n"
	"  --ready FILE      made when the device is open\n"
	"  --go FILE         waited for before the first access\n";

static void parse_options(int argc, char **argv)
{
	static const struct option options[] = {
		{ "processes", 1, NULL, 'p' }, { "threads", 1, NULL, 't' },
		{ "cpu", 1, NULL, 'c' },       { "repeat", 1, NULL, 'r' },
		{ "ready", 1, NULL, 'R' },     { "go", 1, NULL, 'G' },
		{ "help", 0, NULL, 'h' },      { 0 },
	};
	int option;

	while ((option = getopt_long(argc, argv, "o:", options, NULL)) != -1) {
		switch (option) {
		case 'o':
			c.output = optarg;
			break;
		case 'p':
			c.processes = atoi(optarg);
			break;
		case 't':
			c.threads = atoi(optarg);
			break;
		case 'c':
			c.cpu = atoi(optarg);
			break;
		case 'r':
			c.repeat = strtoul(optarg, NULL, 0);
			break;
		case 'R':
			c.ready = optarg;
			break;
		case 'G':
			c.go = optarg;
			break;
		default:
			fputs(usage, option == 'h' ? stdout : stderr);
			exit(option == 'h' ? 0 : 2);
		}
	}
	if (argc - optind != 2)
		die("a device and a script are needed; try --help");
	if (c.processes < 1 || c.threads < 1 || c.processes * c.threads > MAX_WORKERS)
		die("--processes times --threads must be 1 to %d", MAX_WORKERS);
	c.device = argv[optind];
	read_script(argv[optind + 1]);
	for (size_t i = 0; i < c.nr_ops && c.processes * c.threads > 1; i++)
		if (c.ops[i].region == POS)
			die("line %d: workers share the file position", c.ops[i].line);
}

static void hold(void)
{
	int fd = c.ready ? open(c.ready, O_CREAT | O_WRONLY, 0600) : 0;

	if (fd < 0)
		die("%s: %m", c.ready);
	while (c.go && access(c.go, F_OK))
		usleep(5000);
}

int main(int argc, char **argv)
{
	parse_options(argc, argv);
	open_device();
	hold();
	run_workers();
	print_cells();
	return 0;
}
