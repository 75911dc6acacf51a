/*
 * A PKCS#11 module in front of SoftHSM that breaks its process. FAULTY_PLAN names a file with one
 * line: FUNCTION FAULT [SKIP]. At that function's call, after SKIP that still work, the file is
 * removed and the fault happens: before the function's work, or after it (FAULT-after). With SKIP
 * -1 it happens at each call. While FAULTY_PLAN.pulled exists, no slot is there.
 *
 *   hang      never returns            abort, segfault, bus, exit   ends the process
 *   wait      until the file FAULTY_PLAN.go exists
 *   print     writes to the standard output                  fork   leaves a child with our pipes
 *   garble    writes to every descriptor above 2             roam   changes directory, locale,
 *                                                                   handlers of signals
 *   lie-NUMBER-after  the lengths or counts that it returns are this number; where that is not the
 *                     truth, FAULTY_PLAN.lied is left
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

typedef unsigned long ulong;
typedef ulong (*function)();

struct list {
    unsigned char version[2];
    function call[68];
};

static struct list mine, *real;

static void bus_error(void)
{
    char name[] = "/tmp/faulty-XXXXXX";
    int file = mkstemp(name);
    unlink(name);
    volatile char *page = mmap(NULL, 4096, PROT_READ, MAP_SHARED, file, 0);
    (void)*page; /* no byte of the file is behind it */
}

static void garble(void)
{
    for (int descriptor = 3; descriptor < 64; descriptor++)
        if (write(descriptor, "not a message of anybody", 24) < 0)
            continue;
}

static void fork_and_stay(void)
{
    if (fork() == 0) {
        alarm(60);
        for (;;)
            pause();
    }
}

static void roam(void)
{
    if (chdir("/") != 0)
        abort();
    setlocale(LC_ALL, "C");
    for (int number = 1; number < 32; number++)
        signal(number, SIG_IGN);
}

/* Whether there is a file FAULTY_PLAN.name. */
static int exists(const char *name)
{
    char path[1024];
    snprintf(path, sizeof path, "%s.%s", getenv("FAULTY_PLAN"), name);
    return access(path, F_OK) == 0;
}

static void leave(const char *name)
{
    char path[1024];
    snprintf(path, sizeof path, "%s.%s", getenv("FAULTY_PLAN"), name);
    int file = open(path, O_CREAT | O_WRONLY, 0600);
    if (file >= 0)
        close(file);
}

static void wait_for_go(void)
{
    while (!exists("go"))
        usleep(10000);
}

static void happen(const char *fault)
{
    if (strncmp(fault, "hang", 4) == 0)
        for (;;)
            pause();
    if (strncmp(fault, "wait", 4) == 0)
        wait_for_go();
    if (strncmp(fault, "abort", 5) == 0)
        abort();
    if (strncmp(fault, "segfault", 8) == 0)
        raise(SIGSEGV);
    if (strncmp(fault, "bus", 3) == 0)
        bus_error();
    if (strncmp(fault, "exit", 4) == 0)
        _exit(3);
    if (strncmp(fault, "print", 5) == 0) {
        puts("a message of the module");
        fflush(stdout);
    }
    if (strncmp(fault, "garble", 6) == 0)
        garble();
    if (strncmp(fault, "fork", 4) == 0)
        fork_and_stay();
    if (strncmp(fault, "roam", 4) == 0)
        roam();
}

static int lied;

static void put(ulong *place, ulong number)
{
    lied = lied || *place != number;
    *place = number;
}

/* Writes `number` where the function at this position has written a length or a count. */
static void lie(int position, ulong *a, ulong number)
{
    ulong *attributes = (ulong *)a[2];
    if (position == 4)
        put((ulong *)a[2], number);
    if (position == 27)
        put((ulong *)a[3], number);
    if (position == 43)
        put((ulong *)a[4], number);
    if (position == 24)
        for (ulong i = 0; i < a[3]; i++)
            put(&attributes[3 * i + 2], number); /* ulValueLen */
    if (lied)
        leave("lied");
}

/* Whether the plan's fault is due at this call of `name`. */
static int due(const char *name, char *fault)
{
    static int skipped;
    char wanted[64];
    int skip = 0;
    const char *path = getenv("FAULTY_PLAN");
    FILE *plan = path ? fopen(path, "r") : NULL;
    if (!plan)
        return 0;
    int found = fscanf(plan, "%63s %63s %d", wanted, fault, &skip);
    fclose(plan);
    if (found < 2 || strcmp(wanted, name) != 0 || skipped++ < skip)
        return 0;
    skipped = 0;
    if (skip >= 0)
        unlink(path);
    return 1;
}

static ulong pass(int position, const char *name, ulong *a)
{
    char fault[64] = "";
    int now = due(name, fault);
    int after = now && strstr(fault, "-after") != NULL;
    if (now && !after)
        happen(fault);
    if (position == 4 && exists("pulled")) {
        *(ulong *)a[2] = 0;
        return 0;
    }
    ulong result = real->call[position](a[0], a[1], a[2], a[3], a[4], a[5], a[6], a[7]);
    if (after && strncmp(fault, "lie-", 4) == 0)
        lie(position, a, strtoul(fault + 4, NULL, 0));
    else if (after)
        happen(fault);
    return result;
}

/* With as many arguments as C_GenerateKeyPair has; those that a function lacks do not matter. */
#define WRAPPED(position, name)                                                                    \
    static ulong name(ulong a, ulong b, ulong c, ulong d, ulong e, ulong f, ulong g, ulong h)      \
    {                                                                                              \
        ulong all[8] = {a, b, c, d, e, f, g, h};                                                   \
        return pass(position, #name, all);                                                         \
    }
#define ALL(X)                                                                                     \
    X(0, C_Initialize) X(4, C_GetSlotList) X(6, C_GetTokenInfo) X(12, C_OpenSession)               \
    X(14, C_CloseAllSessions) X(18, C_Login) X(20, C_CreateObject) X(22, C_DestroyObject)          \
    X(24, C_GetAttributeValue) X(25, C_SetAttributeValue) X(26, C_FindObjectsInit)                 \
    X(27, C_FindObjects) X(42, C_SignInit) X(43, C_Sign) X(59, C_GenerateKeyPair)

ALL(WRAPPED)

ulong C_GetFunctionList(struct list **found)
{
    if (!real) {
        void *library = dlopen(SOFTHSM, RTLD_NOW | RTLD_LOCAL);
        function get = library ? (function)dlsym(library, "C_GetFunctionList") : NULL;
        if (!get || get(&real) != 0)
            return 0x05;
        mine = *real;
#define INSTALLED(position, name) mine.call[position] = (function)name;
        ALL(INSTALLED)
        mine.call[3] = (function)C_GetFunctionList;
    }
    *found = &mine;
    return 0;
}
