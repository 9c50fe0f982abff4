import Glibc
import Records

/// Work for connections, in the order in which it came, taken by the threads that own them.
///
/// A thread that ends a job takes the next without sleeping, so that under load no job pays for waking a thread.
final class JobQueue<Owned: AnyObject>: Sendable {
    /// A piece of work. It is run once, or refused once.
    struct Job: Sendable {
        /// Holds its thread for as long as its consumer likes, so that not all threads may be given to such jobs.
        let isLong: Bool
        let run: @Sendable (Owned) -> Void
        let refuse: @Sendable (PlatformError) -> Void
    }

    private struct State {
        var short = Line<Job>()
        var long = Line<Job>()
        var longRunning = 0
        var idle = 0
        var threads = 0
        /// How many there may be of those that are started as jobs need them.
        var threadsMax = 0
        var make: (@Sendable () throws -> Owned)?
        var letGo: (@Sendable (Owned) -> Void)?
        var isClosed = false
        var waitingForEnd: [CheckedContinuation<Void, Never>] = []
    }

    /// More than this many waiting jobs means that the machine is overrun: better a clear refusal than a long wait.
    private static var waitingMax: Int { 10_000 }

    private let monitor: Monitor<State>
    private let longMax: Int

    init(longMax: Int) {
        monitor = Monitor(State())
        self.longMax = longMax
    }

    /// Starts a thread that takes jobs for what `open` made, until the queue is closed; then it is let go on that thread.
    func serve(_ owned: Owned, letGo: @escaping @Sendable (Owned) -> Void) {
        monitor.withLock { $0.threads += 1 }
        // Handed over whole: nobody else keeps it.
        nonisolated(unsafe) let owned = owned
        startThread { [self] in
            serve(owned, after: false)
            letGo(owned)
            end()
        }
    }

    /// The same with up to `count` threads, each started when a job would else wait, for what `make` makes there.
    ///
    /// A job whose thread gets nothing from `make` is refused with the error.
    func serve(
        upTo count: Int, making make: @escaping @Sendable () throws -> Owned,
        letGo: @escaping @Sendable (Owned) -> Void
    ) {
        monitor.withLock { state in
            state.threadsMax = count
            (state.make, state.letGo) = (make, letGo)
        }
    }

    private func serve(_ owned: Owned, after wasLong: Bool) {
        var wasLong = wasLong
        while let job = next(after: wasLong) {
            job.run(owned)
            wasLong = job.isLong
        }
    }

    /// On a new thread, which was counted.
    private func serve(making make: () throws -> Owned, letGo: (Owned) -> Void) {
        let owned: Owned
        do {
            owned = try make()
        } catch {
            let refusal =
                error as? PlatformError
                ?? PlatformError(.serverUnavailable, "The database gives no connection.", detail: "\(error)")
            let (jobs, waiting) = leave()
            for job in jobs { job.refuse(refusal) }
            for continuation in waiting { continuation.resume() }
            return
        }
        serve(owned, after: false)
        letGo(owned)
        end()
    }

    /// A thread that got nothing from `make` goes, and refuses the job that waits longest, or all where no other thread is there
    /// to take them. It does not wait for one.
    ///
    /// It is not counted from the moment on at which it has taken them: whatever comes after that has a thread of its own, and of
    /// two that go at once the second takes what the first left.
    private func leave() -> (jobs: [Job], waiting: [CheckedContinuation<Void, Never>]) {
        monitor.withLock { state in
            state.threads -= 1
            var jobs: [Job] = []
            while let job = state.short.popFirst() ?? state.long.popFirst() {
                jobs.append(job)
                if state.threads > 0 { break }
            }
            return (jobs, state.threads == 0 ? Self.taken(&state.waitingForEnd) : [])
        }
    }

    func add(_ job: Job) {
        var start: (make: @Sendable () throws -> Owned, letGo: @Sendable (Owned) -> Void)?
        let refusal: PlatformError? = monitor.withLock { state in
            if state.isClosed {
                return PlatformError(.serverUnavailable, "The organisation's folder is closed. Start the server again.")
            }
            if state.short.count + state.long.count >= Self.waitingMax {
                return PlatformError(.serverUnavailable, "Too many requests wait for the database. Try again later.")
            }
            if job.isLong { state.long.append(job) } else { state.short.append(job) }
            if state.idle > 0 { monitor.signal() }
            // An idle thread that was signalled counts as idle until it has woken.
            if state.threads < state.threadsMax, state.short.count + state.long.count > state.idle,
                let make = state.make, let letGo = state.letGo
            {
                state.threads += 1
                start = (make, letGo)
            }
            return nil
        }
        if let start { startThread { [self] in serve(making: start.make, letGo: start.letGo) } }
        if let refusal { job.refuse(refusal) }
    }

    /// Takes no more jobs; the threads end after those that wait.
    func close() {
        monitor.withLock { $0.isClosed = true }
        monitor.broadcast()
    }

    /// Returns when all threads have ended.
    func ended() async {
        await withCheckedContinuation { continuation in
            let hasEnded = monitor.withLock { state in
                if state.threads > 0 { state.waitingForEnd.append(continuation) }
                return state.threads == 0
            }
            if hasEnded { continuation.resume() }
        }
    }

    /// Blocks until there is a job; nil once the queue is closed and empty.
    private func next(after wasLong: Bool) -> Job? {
        if wasLong { monitor.withLock { $0.longRunning -= 1 } }
        var isIdle = false
        let longMax = longMax
        let found: Job?? = monitor.wait { state in
            if isIdle { state.idle -= 1 }
            isIdle = false
            if state.longRunning < longMax, let job = state.long.popFirst() {
                state.longRunning += 1
                return .some(job)
            }
            if let job = state.short.popFirst() { return .some(job) }
            // A long job that may not run yet is left to the thread that runs one now.
            if state.isClosed, state.long.count == 0 || state.longRunning > 0 { return .some(nil) }
            state.idle += 1
            isIdle = true
            return nil
        }
        return found ?? nil
    }

    private static func taken(
        _ continuations: inout [CheckedContinuation<Void, Never>]
    ) -> [CheckedContinuation<Void, Never>] {
        defer { continuations = [] }
        return continuations
    }

    private func end() {
        let waiting = monitor.withLock { state in
            state.threads -= 1
            return state.threads == 0 ? Self.taken(&state.waitingForEnd) : []
        }
        for continuation in waiting { continuation.resume() }
    }
}

/// First in, first out, at constant cost.
struct Line<Element> {
    private var elements: [Element?] = []
    private var head = 0

    var count: Int { elements.count - head }

    mutating func append(_ element: Element) { elements.append(element) }

    mutating func popFirst() -> Element? {
        guard head < elements.count else { return nil }
        let element = elements[head]
        elements[head] = nil
        head += 1
        if head == elements.count {
            elements.removeAll(keepingCapacity: head <= 1024)
            head = 0
        } else if head >= 1024, head * 2 > elements.count {
            elements.removeFirst(head)
            head = 0
        }
        return element
    }
}

/// Runs `body` on a new thread of the system.
private func startThread(_ body: @escaping @Sendable () -> Void) {
    final class Body {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }
    var thread = pthread_t()
    let code = pthread_create(
        &thread,
        nil,
        { argument in
            guard let argument else { return nil }
            Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run()
            return nil
        },
        Unmanaged.passRetained(Body(body)).toOpaque()
    )
    precondition(code == 0, "the system gives no thread (error \(code)): raise its limit of threads")
    pthread_detach(thread)
}
