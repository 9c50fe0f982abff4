import Dispatch
import Records
import Synchronization

/// Takes events without anybody waiting, and has them on the disk within a second.
final class EventLog: Sendable {
    private struct State {
        var waiting: [MonitoredEvent] = []
        /// Has been written, and keeps its room for those that come next.
        var spare: [MonitoredEvent] = []
        var isScheduled = false
        /// Events that found no room, since one was written last.
        var lost = 0
    }

    /// How many of them the files are kept; 0: nothing is taken down.
    let days = Atomic(Engine.eventDays)
    private let folder: String
    private let organisation: RecordID
    private let environment: Environment
    private let state = Mutex(State())
    /// Of this process, among others of the hour.
    private let name: String
    private let file = Mutex<EventFile?>(nil)
    private let queue = DispatchQueue(label: "azukari.events", qos: .utility)

    /// What a crash may lose at most.
    private static let delay: DispatchTimeInterval = .seconds(1)
    /// So many in a second are written before it is over.
    private static let waitingMany = 4_096
    private let waitingMax: Int

    /// - Parameter waitingMax: More than this means that the disk does not take them: then they are counted and lost, since nobody
    ///   waits.
    init(folder: String, organisation: RecordID, environment: Environment, waitingMax: Int = 262_144) {
        self.folder = folder
        self.waitingMax = waitingMax
        self.organisation = organisation
        self.environment = environment
        name = environment.randomBytes(6).reduce(into: "") {
            $0 += String($1 >> 4, radix: 16) + String($1 & 15, radix: 16)
        }
    }

    func append(_ event: MonitoredEvent) {
        let (isFirst, isMany) = state.withLock { state in
            guard state.waiting.count < self.waitingMax else {
                state.lost += 1
                return (false, false)
            }
            state.waiting.append(event)
            defer { state.isScheduled = true }
            return (!state.isScheduled, state.waiting.count == Self.waitingMany)
        }
        if isMany {
            queue.async { self.writeWhatWaits() }
        } else if isFirst {
            queue.asyncAfter(deadline: .now() + Self.delay) { self.writeWhatWaits() }
        }
    }

    /// Writes what is waiting, and returns when it is on the disk or cannot be.
    func flush() { queue.sync { writeWhatWaits() } }

    /// Has the file of an hour that is over closed, so that it can be read.
    ///
    /// - Parameter all: That of this hour, too.
    func endFile(all: Bool = false) {
        queue.sync {
            writeWhatWaits()
            file.withLock { file in
                guard let open = file, all || open.hour < environment.now().hour else { return }
                open.end()
                file = nil
            }
        }
    }

    private func writeWhatWaits() {
        var (events, lost) = state.withLock { state in
            let taken = (state.waiting, state.lost)
            state.waiting = []
            swap(&state.waiting, &state.spare)
            (state.isScheduled, state.lost) = (false, 0)
            return taken
        }
        if lost > 0 {
            var gap = MonitoredEvent(.gap, at: environment.now())
            gap.message = "\(lost) events found no room: the disk did not take them."
            events.append(gap)
        }
        write(events, lost: lost)
        events.removeAll(keepingCapacity: events.count <= Self.waitingMany)
        state.withLock { $0.spare = events }
    }

    private func write(_ events: [MonitoredEvent], lost: Int) {
        var rest = events[...]
        while let first = rest.first {
            let hour = first.at.hour
            // They come in the order of their time, or nearly.
            let some = rest.prefix { $0.at.hour == hour }
            do {
                try write(lines(some), of: hour)
            } catch {
                // Again with the next, or when the hour is over.
                let unwritten = rest.count - (lost > 0 ? 1 : 0)
                let kept = rest.prefix(unwritten)
                state.withLock { state in
                    state.waiting.insert(contentsOf: kept, at: 0)
                    state.lost += lost
                }
                return
            }
            rest = rest.dropFirst(some.count)
        }
    }

    /// Events as they stand in a file.
    func lines(_ events: some Sequence<MonitoredEvent>) -> [UInt8] {
        var text = EventText(organisation: organisation)
        for event in events { text.append(event) }
        return text.bytes
    }

    private func write(_ bytes: [UInt8], of hour: Instant) throws {
        try file.withLock { file in
            // What is late by a moment goes with the hour that has begun: its file may be read already.
            if file == nil || (file?.hour ?? hour) < hour {
                file?.end()
                file = nil
                file = try EventFile(folder: folder, hour: hour, name: name)
            }
            try file?.write(bytes)
        }
    }
}
