/* The yardstick of "acd bench media": a bare epoll relay and the load for it, in C, as plain as it gets.
 *
 *   relay relay CALLS CPU      binds two sockets a call on 127.0.0.1, prints their ports, latches each on its first packet
 *                              (recvfrom, connect), then recv and send. A line on stdin makes it print packets and CPU time.
 *   relay load SOCKETS CPU     reads as many ports from stdin, then for each number of milliseconds that follows sends RTP packets of
 *                              172 bytes to all of them every 20 ms, and prints what came back and how long it took.
 *   relay direct SOCKETS CPU   the same load without a relay: each pair of sockets talks to itself.
 *
 * A load may be told more: GROUP SPEAKERS STAMP MEASURE. Sockets come in groups of a call's parties; the first so many of each
 * speak, the others send silence. STAMP has a bit for each party whose packets carry the time of sending, MEASURE one for each
 * party that hears them unchanged; what all others hear is watched for gaps in its sequence numbers. Where nobody hears them
 * unchanged, latency is how late a packet comes behind the 20 ms rhythm of its stream. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

enum { CALLS_MAX = 2000, EVENTS_MAX = 256, PACKET_BYTES = 172, HEADER_BYTES = 12, SLOTS = 20, BUCKETS = 100000, PATIENCE = 1000 };

static int fds[2 * CALLS_MAX];
static int group = 2, speakers = 2;
static unsigned stamp = 3, measure = 3;
static uint16_t heard[2 * CALLS_MAX];
static char hears[2 * CALLS_MAX];
static int64_t begun[2 * CALLS_MAX]; /* when packet 0 of a mixed stream would have come, had all come as early as the earliest */
static char latched[2 * CALLS_MAX];

static void die(const char *what) { perror(what); exit(1); }

static uint64_t nanoseconds(clockid_t clock) {
    struct timespec t;
    clock_gettime(clock, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static void pin(int cpu) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(cpu, &set);
    if (cpu >= 0) sched_setaffinity(0, sizeof set, &set);
}

static void watch(int epoll, int fd, uint32_t tag) {
    struct epoll_event e = { .events = EPOLLIN, .data.u32 = tag };
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &e)) die("epoll_ctl");
}

static int udp(struct sockaddr_in *name) {
    socklen_t length = sizeof *name;
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    if (fd < 0) die("socket");
    memset(name, 0, sizeof *name);
    name->sin_family = AF_INET;
    name->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (bind(fd, (struct sockaddr *)name, sizeof *name)) die("bind");
    if (getsockname(fd, (struct sockaddr *)name, &length)) die("getsockname");
    return fd;
}

static void answer(uint64_t packets) {
    char line[64];
    if (!fgets(line, sizeof line, stdin)) exit(0);
    printf("%llu %llu\n", (unsigned long long)packets, (unsigned long long)nanoseconds(CLOCK_PROCESS_CPUTIME_ID));
    fflush(stdout);
}

static int latch(int i, char *buffer, size_t size) {
    struct sockaddr_in from;
    socklen_t length = sizeof from;
    int n = (int)recvfrom(fds[i], buffer, size, 0, (struct sockaddr *)&from, &length);
    if (n >= 0 && !connect(fds[i], (struct sockaddr *)&from, length)) latched[i] = 1;
    return n;
}

static void relay(int calls) {
    int epoll = epoll_create1(0);
    uint64_t packets = 0;
    struct epoll_event events[EVENTS_MAX];
    char buffer[1500];
    setvbuf(stdin, NULL, _IONBF, 0);
    watch(epoll, 0, UINT32_MAX);
    for (int i = 0; i < 2 * calls; i++) {
        struct sockaddr_in name;
        fds[i] = udp(&name);
        watch(epoll, fds[i], (uint32_t)i);
        printf(i & 1 ? "%d\n" : "%d ", ntohs(name.sin_port));
    }
    printf("ready\n");
    fflush(stdout);
    for (;;) {
        int count = epoll_wait(epoll, events, EVENTS_MAX, -1);
        for (int e = 0; e < count; e++) {
            uint32_t i = events[e].data.u32;
            if (i == UINT32_MAX) { answer(packets); continue; }
            int n = latched[i] ? (int)recv(fds[i], buffer, sizeof buffer, 0) : latch((int)i, buffer, sizeof buffer);
            if (n < 0 || !latched[i ^ 1]) continue;
            if (send(fds[i ^ 1], buffer, (size_t)n, 0) == n) packets++;
        }
    }
}

static uint32_t histogram[BUCKETS + 1]; /* microseconds */

static double quantile(double q) {
    uint64_t sum = 0, total = 0;
    for (int i = 0; i <= BUCKETS; i++) total += histogram[i];
    for (int i = 0; i <= BUCKETS; i++) {
        sum += histogram[i];
        if (sum > 0 && sum >= q * (double)total) return i;
    }
    return 0;
}

static int has(unsigned parties, int i) { return i % group < 32 && (parties >> (i % group) & 1); }

/* The payload of a stamped packet begins with the time of sending, or with zero for what is not counted. */
static void send_one(int i, uint16_t sequence, uint32_t timestamp, int counts) {
    unsigned char p[PACKET_BYTES] = { 0x80, 0 };
    uint64_t now = counts ? nanoseconds(CLOCK_MONOTONIC) : 0;
    uint32_t clock = htonl(timestamp), source = htonl((uint32_t)i + 1000u);
    uint16_t number = htons(sequence);
    memcpy(p + 2, &number, 2);
    memcpy(p + 4, &clock, 4);
    memcpy(p + 8, &source, 4);
    for (int b = HEADER_BYTES; b < PACKET_BYTES; b++) p[b] = i % group < speakers ? (b & 4 ? 0x21 : 0xA1) : 0xFF;
    if (has(stamp, i)) memcpy(p + HEADER_BYTES, &now, 8);
    send(fds[i], p, sizeof p, 0);
}

static void enter(uint64_t us) { histogram[us > BUCKETS ? BUCKETS : us]++; }

/* What is mixed leaves every 20 ms: how much later than the earliest so far did this packet come, by its timestamp? */
static void watch_rhythm(int i, const unsigned char *p) {
    int64_t now = (int64_t)(nanoseconds(CLOCK_MONOTONIC) / 1000);
    int32_t timestamp = (int32_t)((uint32_t)p[4] << 24 | (uint32_t)p[5] << 16 | (uint32_t)p[6] << 8 | p[7]);
    int64_t origin = now - (int64_t)timestamp * 125;
    if (!hears[i] || origin < begun[i]) begun[i] = origin;
    if (!measure) enter((uint64_t)(origin - begun[i]));
}

static void watch_gaps(int i, const unsigned char *p, uint64_t *gaps) {
    uint16_t number = (uint16_t)(p[2] << 8 | p[3]);
    watch_rhythm(i, p);
    if (hears[i]) *gaps += (uint16_t)(number - heard[i] - 1);
    heard[i] = number;
    hears[i] = 1;
}

static void receive_all(int i, uint64_t *received, uint64_t *gaps) {
    unsigned char p[1500];
    uint64_t sent;
    while (recv(fds[i], p, sizeof p, 0) == PACKET_BYTES) {
        if (!has(measure, i)) { watch_gaps(i, p, gaps); continue; }
        memcpy(&sent, p + HEADER_BYTES, 8);
        if (!sent) continue;
        enter((nanoseconds(CLOCK_MONOTONIC) - sent) / 1000);
        (*received)++;
    }
}

/* One slice of load. Calls are spread over the 20 ms; the first 100 ms let both sides latch and are not counted. Packets still
 * on their way at the end are waited for, a second at most. Between slices phones are silent: their sequence goes on, and
 * their timestamps count the time that has passed, as in a pause between words. */
static void slice(int epoll, int timer, int sockets, int milliseconds) {
    static uint16_t sequence;
    uint32_t timestamp = (uint32_t)(nanoseconds(CLOCK_MONOTONIC) / 125000u);
    const uint64_t first = 100, last = first + (uint64_t)milliseconds;
    struct epoll_event events[EVENTS_MAX];
    uint64_t sent = 0, received = 0, gaps = 0, tick = 0, elapsed = 0;
    memset(hears, 0, sizeof hears);
    memset(histogram, 0, sizeof histogram);
    if (read(timer, &elapsed, 8) < 0 && errno != EAGAIN) die("timer");
    while (tick < last || (received < sent && tick < last + PATIENCE)) {
        int count = epoll_wait(epoll, events, EVENTS_MAX, -1);
        for (int e = 0; e < count; e++) {
            uint32_t tag = events[e].data.u32;
            if (tag != UINT32_MAX) { receive_all((int)tag, &received, &gaps); continue; }
            if (read(timer, &elapsed, 8) != 8) continue;
            for (; elapsed > 0; elapsed--, tick++) {
                if (tick % SLOTS == 0) sequence++, timestamp += 160;
                for (int i = (int)(tick % SLOTS); tick < last && i < sockets; i += SLOTS) {
                    send_one(i, sequence, timestamp, tick >= first);
                    if (tick >= first && has(stamp, i)) sent++;
                }
            }
        }
    }
    printf("%llu %llu %.0f %.0f %llu\n", (unsigned long long)sent, (unsigned long long)received,
           quantile(0.5), quantile(0.99), (unsigned long long)gaps);
    fflush(stdout);
}

static void meet(int fd, struct sockaddr_in *peer) {
    if (connect(fd, (struct sockaddr *)peer, sizeof *peer)) die("connect");
}

static int open_to_relay(int sockets) {
    int port, i = 0;
    for (; i < sockets && scanf("%d", &port) == 1; i++) {
        struct sockaddr_in name;
        fds[i] = udp(&name);
        name.sin_port = htons((uint16_t)port);
        meet(fds[i], &name);
    }
    return i;
}

static int open_pairs(int sockets) {
    for (int i = 0; i + 1 < sockets; i += 2) {
        struct sockaddr_in a, b;
        fds[i] = udp(&a);
        fds[i + 1] = udp(&b);
        meet(fds[i], &b);
        meet(fds[i + 1], &a);
    }
    return sockets;
}

static void load(int opened) {
    int epoll = epoll_create1(0), timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK), milliseconds;
    struct itimerspec every = { { 0, 1000000 }, { 0, 1000000 } };
    for (int i = 0; i < opened; i++) watch(epoll, fds[i], (uint32_t)i);
    watch(epoll, timer, UINT32_MAX);
    timerfd_settime(timer, 0, &every, NULL);
    while (scanf("%d", &milliseconds) == 1) slice(epoll, timer, opened, milliseconds);
}

int main(int argc, char **argv) {
    if (argc != 4 && argc != 8) return 2;
    if (argc == 8) group = atoi(argv[4]), speakers = atoi(argv[5]), stamp = (unsigned)atoi(argv[6]), measure = (unsigned)atoi(argv[7]);
    pin(atoi(argv[3]));
    int count = atoi(argv[2]);
    if (!strcmp(argv[1], "relay")) relay(count);
    else load(!strcmp(argv[1], "load") ? open_to_relay(count) : open_pairs(count));
    return 0;
}
