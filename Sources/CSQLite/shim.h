#include <sqlite3.h>

/* Variadic in C, so that Swift cannot call it: no count of all memory in use, which every allocation would lock for.
   Answers SQLITE_MISUSE once SQLite is in use, and changes nothing then. */
static inline int azukari_sqlite3_leave_memory_uncounted(void) {
    return sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}
