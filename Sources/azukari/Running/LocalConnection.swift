import Foundation
import Glibc

/// A connection between two processes of one machine, over which messages go whole and open files can be handed on: a
/// socket of the kind SOCK_SEQPACKET in a folder (unix(7)).
struct LocalConnection: Sendable {
    private let descriptor: Int32

    /// A message that is longer is refused.
    static let messageBytesMax = 131_072
    /// How many open files may come with a message.
    static let filesMax = 3

    /// Connects to whoever listens; nil when nobody does.
    init?(to name: String, in folder: String) throws {
        descriptor = try LocalSocket.make()
        let descriptor = descriptor
        let code = try LocalSocket.withAddress(name, folder) { connect(descriptor, $0, $1) }
        if code == 0 { return }
        let reason = errno
        close()
        guard [ENOENT, ECONNREFUSED].contains(reason) else { throw LocalSocket.error("connecting to \(name)", reason) }
        return nil
    }

    fileprivate init(descriptor: Int32) { self.descriptor = descriptor }

    /// The user of the process at the other end.
    var user: uid_t? {
        // struct ucred: process, user, group.
        var peer: (pid_t, uid_t, gid_t) = (0, 0, 0)
        var size = socklen_t(MemoryLayout.size(ofValue: peer))
        return getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 ? peer.1 : nil
    }

    /// Sends a message, and with it open files, which are then open in the other process as well.
    func send(_ message: [UInt8], handing files: [Int32] = []) throws {
        precondition(files.count <= Self.filesMax, "a message takes \(Self.filesMax) files")
        guard message.count <= Self.messageBytesMax else { throw LocalSocket.error("sending", EMSGSIZE) }
        var message = message
        var control = Self.control(files)
        let sent = Self.withHeader(&message, &control) { sendmsg(descriptor, $0, Int32(MSG_NOSIGNAL)) }
        guard sent == message.count else { throw LocalSocket.error("sending", errno) }
    }

    /// The next message and the files that came with it, which the caller closes; nil at the end.
    func receive() throws -> (message: [UInt8], files: [Int32])? {
        var message = [UInt8](repeating: 0, count: Self.messageBytesMax)
        var control = Self.control(Array(repeating: -1, count: Self.filesMax))
        var controlCount = 0
        let got = Self.withHeader(&message, &control) { header in
            let got = recvmsg(descriptor, header, Int32(MSG_CMSG_CLOEXEC))
            controlCount = Int(header.pointee.msg_controllen)
            return got
        }
        guard got >= 0 else { throw LocalSocket.error("receiving", errno) }
        return got == 0 ? nil : (Array(message[..<got]), Self.files(in: control[..<controlCount]))
    }

    /// Waits for as long as the other end is there and silent.
    func waitForEnd() {
        var byte: UInt8 = 0
        while recv(descriptor, &byte, 1, 0) < 0, errno == EINTR {}
    }

    /// Gives up a message that does not come within so many seconds.
    func refuseToWait(seconds: Int) {
        var limit = timeval(tv_sec: seconds, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    }

    /// Ends it both ways; who waits at it is woken.
    func end() { shutdown(descriptor, Int32(SHUT_RDWR)) }

    func close() { Glibc.close(descriptor) }

    private static func withHeader<R>(
        _ message: inout [UInt8], _ control: inout [UInt8], _ body: (UnsafeMutablePointer<msghdr>) -> R
    ) -> R {
        message.withUnsafeMutableBytes { message in
            control.withUnsafeMutableBytes { control in
                var part = iovec(iov_base: message.baseAddress, iov_len: message.count)
                return withUnsafeMutablePointer(to: &part) { part in
                    var header = msghdr()
                    header.msg_iov = part
                    header.msg_iovlen = 1
                    header.msg_control = control.count == 0 ? nil : control.baseAddress
                    header.msg_controllen = control.count
                    return body(&header)
                }
            }
        }
    }

    /// The header of SCM_RIGHTS: its length in eight bytes, level, type; then the files, and what makes it a multiple of
    /// eight (cmsg(3), whose macros Swift does not have).
    private static func control(_ files: [Int32]) -> [UInt8] {
        if files.isEmpty { return [] }
        var length = controlHeaderBytes + files.count * 4
        var bytes: [UInt8] = []
        withUnsafeBytes(of: &length) { bytes += $0 }
        for number in [SOL_SOCKET, rights] + files { withUnsafeBytes(of: number) { bytes += $0 } }
        return bytes + Array(repeating: 0, count: (8 - bytes.count % 8) % 8)
    }

    private static func files(in control: ArraySlice<UInt8>) -> [Int32] {
        control.withUnsafeBytes { control in
            guard control.count > controlHeaderBytes else { return [] }
            let numbers = (2..<control.count / 4).map { control.loadUnaligned(fromByteOffset: $0 * 4, as: Int32.self) }
            let count = (control.loadUnaligned(as: Int.self) - controlHeaderBytes) / 4
            guard numbers[0] == SOL_SOCKET, numbers[1] == rights else { return [] }
            return Array(numbers.dropFirst(2).prefix(count))
        }
    }

    private static let controlHeaderBytes = 16
    private static let rights: Int32 = 1
}

/// A socket in a folder at which other processes of this user's connect.
struct LocalListener: Sendable {
    private let descriptor: Int32
    private let path: String

    /// One that was left there by a process that was killed is taken away: the caller holds the folder.
    init(as name: String, in folder: String) throws {
        path = folder + "/" + name
        descriptor = try LocalSocket.make()
        unlink(path)
        let (descriptor, path) = (descriptor, path)
        let code = try LocalSocket.withAddress(name, folder) { address, size in
            // Nobody can connect before listen(2), so nobody can before the mode is set.
            bind(descriptor, address, size) == 0 && chmod(path, 0o600) == 0 ? listen(descriptor, 16) : -1
        }
        if code == 0 { return }
        let reason = errno
        Glibc.close(descriptor)
        throw LocalSocket.error("listening as \(name)", reason)
    }

    /// Waits for the next who connects; nil once it has ended.
    func next() -> LocalConnection? {
        while true {
            let new = accept(descriptor, nil, nil)
            if new >= 0 {
                _ = fcntl(new, F_SETFD, FD_CLOEXEC)
                return LocalConnection(descriptor: new)
            }
            if ![EINTR, ECONNABORTED, EMFILE, ENFILE].contains(errno) { return nil }
        }
    }

    /// No more come; who waits for one is woken.
    func end() {
        unlink(path)
        shutdown(descriptor, Int32(SHUT_RDWR))
    }

    func close() { Glibc.close(descriptor) }
}

private enum LocalSocket {
    static func make() throws -> Int32 {
        let kind = Int32(SOCK_SEQPACKET.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let descriptor = socket(AF_UNIX, kind, 0)
        guard descriptor >= 0 else { throw error("making a socket", errno) }
        return descriptor
    }

    /// The address of a socket has 107 bytes and an organisation's folder may lie deep, so the folder is named through a
    /// descriptor of it (proc(5)).
    static func withAddress(
        _ name: String, _ folder: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) throws -> Int32 {
        let place = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard place >= 0 else { throw error("opening \(folder)", errno) }
        defer { Glibc.close(place) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { room in
            room.copyBytes(from: "/proc/self/fd/\(place)/\(name)".utf8.prefix(room.count - 1))
        }
        return withUnsafePointer(to: address) { address in
            address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }

    static func error(_ doing: String, _ reason: Int32) -> LoadError {
        LoadError("\(doing): \(String(cString: strerror(reason))).")
    }
}
