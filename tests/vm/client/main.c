// SPDX-License-Identifier: GPL-2.0-only
#include <fcntl.h>
#include <getopt.h>
#include <pthread.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/vfio.h>

#include "client.h"

void die(const char *format, ...)
{
	va_list args;

	fprintf(stderr, "client: ");
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fprintf(stderr, "\n");
	exit(2);
}

static void pin(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu % (int)sysconf(_SC_NPROCESSORS_ONLN), &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		die("cannot run on CPU %d: %m", cpu);
}

static bool uses_uring(const struct client *client)
{
	for (size_t i = 0; i < client->nr_ops; i++)
		if (is_uring(&client->ops[i]))
			return true;
	return false;
}

static void *run_worker(void *data)
{
	struct worker *worker = data;
	struct client *client = worker->client;
	size_t size = (client->most + PAGE) / PAGE * PAGE;
	char *memory =
		mmap(NULL, size + PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED || mprotect(memory + size, PAGE, PROT_NONE))
		die("cannot map %zu bytes: %m", size);
	worker->memory = memory;
	worker->end = memory + size;
	/* The process keeps its name: it is what --comm means, not that of a thread. */
	if (pthread_setname_np(pthread_self(), "worker"))
		die("cannot name a thread");
	if (client->cpu >= 0)
		pin(client->cpu + worker->index);
	if (uses_uring(client))
		uring_open(worker);
	for (unsigned long i = 0; client->until ? access(client->until, F_OK) : i < client->repeat;
	     i++)
		for (size_t op = 0; op < client->nr_ops; op++)
			run_op(worker, &client->ops[op]);
	if (uses_uring(client))
		uring_close(worker);
	munmap(memory, size + PAGE);
	return NULL;
}

static void run_process(struct client *client, int index)
{
	pthread_t threads[MAX_WORKERS];

	for (int i = 0; i < client->threads; i++) {
		struct worker *worker = &client->workers[index * client->threads + i];

		worker->client = client;
		worker->index = index * client->threads + i;
		if (pthread_create(&threads[i], NULL, run_worker, worker))
			die("cannot make a thread");
	}
	for (int i = 0; i < client->threads; i++)
		pthread_join(threads[i], NULL);
}

/* Are there others under way while @op is? */
static bool has_company(const struct client *client, const struct op *op)
{
	return client->processes * client->threads > 1 || is_uring(op);
}

/*
 * The first access to a BAR claims it, and another one at that time would get EBUSY: where it
 * would have company it is made beforehand, and counted.
 */
static void touch_bars(struct client *client)
{
	const struct op touch = { .widths = { 1 }, .nr_widths = 1, .total = 1, .times = 1 };
	char memory[1];
	struct worker *worker = &client->workers[0];
	bool touched[VFIO_PCI_BAR5_REGION_INDEX + 1] = { false };

	worker->client = client;
	worker->memory = memory;
	for (size_t i = 0; i < client->nr_ops; i++) {
		struct op op = touch;

		op.region = client->ops[i].region;
		if (client->ops[i].via == VIA_SLEEP || op.region < 0 ||
		    op.region > VFIO_PCI_BAR5_REGION_INDEX || touched[op.region])
			continue;
		touched[op.region] = true;
		if (client->regions[op.region].size && has_company(client, &client->ops[i]))
			run_op(worker, &op);
	}
}

static void run_workers(struct client *client)
{
	int failed = 0, status;

	client->workers = mmap(NULL, sizeof(*client->workers) * client->processes * client->threads,
			       PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (client->workers == MAP_FAILED)
		die("no memory");
	touch_bars(client);
	if (client->processes == 1) {
		run_process(client, 0);
		return;
	}
	for (int i = 0; i < client->processes; i++) {
		pid_t pid = fork();

		if (pid < 0)
			die("cannot fork: %m");
		if (!pid) {
			run_process(client, i);
			exit(0);
		}
	}
	while (wait(&status) > 0)
		failed += status != 0;
	if (failed)
		die("%d processes failed", failed);
}

static const char usage[] =
	"Usage: client [OPTION]... BDF SCRIPT|-\n"
	"  -o FILE           the cells to expect: "
	"device,region,dir,width,count,bytes,errors,errnos,\n"
	"                    short,unaligned,crossing, errnos by name\n"
	"  --times FILE      what the calls of a cell took at most: "
	"device,region,dir,width,max_ns,octaves,\n"
	"                    octaves being floor(log2(ns)):calls ...\n"
	"  --processes N     each runs the script, on one open file\n"
	"  --threads N       the same for each process\n"
	"  --cpu N           the first worker runs on CPU N, the next one on the next, and so on\n"
	"  --repeat N        of the script\n"
	"  --until FILE      it is repeated until FILE is there\n"
	"  --nonblock        the device is opened with O_NONBLOCK: io_uring accesses it inline\n"
	"  --ready FILE      made when the device is open\n"
	"  --go FILE         waited for before the first access\n";

static void parse_options(struct client *client, int argc, char **argv)
{
	static const struct option options[] = {
		{ "processes", 1, NULL, 'p' },
		{ "threads", 1, NULL, 't' },
		{ "cpu", 1, NULL, 'c' },
		{ "repeat", 1, NULL, 'r' },
		{ "ready", 1, NULL, 'R' },
		{ "go", 1, NULL, 'G' },
		{ "times", 1, NULL, 'T' },
		{ "nonblock", 0, NULL, 'n' },
		{ "until", 1, NULL, 'u' },
		{ "help", 0, NULL, 'h' },
		{ 0 },
	};
	int option;

	while ((option = getopt_long(argc, argv, "o:", options, NULL)) != -1) {
		switch (option) {
		case 'o':
			client->output = optarg;
			break;
		case 'T':
			client->times = optarg;
			break;
		case 'u':
			client->until = optarg;
			break;
		case 'n':
			client->nonblock = true;
			break;
		case 'p':
			client->processes = atoi(optarg);
			break;
		case 't':
			client->threads = atoi(optarg);
			break;
		case 'c':
			client->cpu = atoi(optarg);
			break;
		case 'r':
			client->repeat = strtoul(optarg, NULL, 0);
			break;
		case 'R':
			client->ready = optarg;
			break;
		case 'G':
			client->go = optarg;
			break;
		default:
			fputs(usage, option == 'h' ? stdout : stderr);
			exit(option == 'h' ? 0 : 2);
		}
	}
	if (argc - optind != 2)
		die("a device and a script are needed; try --help");
	if (client->processes < 1 || client->threads < 1 ||
	    client->processes * client->threads > MAX_WORKERS)
		die("--processes times --threads must be 1 to %d", MAX_WORKERS);
	client->device = argv[optind];
	read_script(client, argv[optind + 1]);
	for (size_t i = 0; i < client->nr_ops && client->processes * client->threads > 1; i++)
		if (client->ops[i].region == POS)
			die("line %d: workers share the file position", client->ops[i].line);
}

static void hold(const struct client *client)
{
	int fd = client->ready ? open(client->ready, O_CREAT | O_WRONLY, 0600) : 0;

	if (fd < 0)
		die("%s: %m", client->ready);
	while (client->go && access(client->go, F_OK))
		usleep(5000);
}

/* The most that one of the workers saw: they end with the thread that they work for. */
static void print_ring_workers(const struct client *client)
{
	int most = 0;

	for (int i = 0; i < client->processes * client->threads; i++)
		if (most < client->workers[i].ring_workers)
			most = client->workers[i].ring_workers;
	fprintf(stderr, "client: %d io_uring workers\n", most);
}

int main(int argc, char **argv)
{
	struct client client = { .processes = 1, .threads = 1, .cpu = -1, .repeat = 1 };

	parse_options(&client, argc, argv);
	open_device(&client);
	hold(&client);
	run_workers(&client);
	print_cells(&client);
	print_times(&client);
	if (uses_uring(&client))
		print_ring_workers(&client);
	return 0;
}
