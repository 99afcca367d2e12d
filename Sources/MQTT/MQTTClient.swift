import CMosquitto
package import Configuration
import Glibc
package import Platform

/// A connection to a broker by libmosquitto, driven by the caller's own loop; all calls on one thread.
@safe
package final class MQTTClient {
    package enum Event {
        case accepted
        /// Why the broker refused.
        case refused(String)
        case message(topic: String, payload: [UInt8])
    }

    /// How a client appears to the broker, and what it takes.
    package struct Profile: Sendable {
        /// Nil: libmosquitto draws one.
        package var id: String?
        /// The topic and text that the broker publishes, retained, when this client is lost.
        package var will: (topic: String, text: String)?
        /// Bytes of a message that are kept.
        package var payload: Int

        package init(id: String? = nil, will: (topic: String, text: String)? = nil, payload: Int) {
            self.id = id
            self.will = will
            self.payload = payload
        }
    }

    /// What the callbacks reported since it was last emptied.
    package var events: [Event] = []
    private var handle: OpaquePointer?
    private let broker: MQTTBroker
    private let payloadLimit: Int

    /// Seconds between signs of life.
    private static let keepAlive: Int32 = 20
    /// Events that one turn takes; the network keeps the others.
    private static let mostEvents = 250

    /// - Parameters:
    ///   - access: a broker, with certificates.
    ///   - password: of the user of `access`.
    /// - Throws: a text, for what libmosquitto does not take, such as a file of certificates.
    package init(_ broker: MQTTBroker, _ access: MQTTAccess, password: String?, _ profile: Profile) throws(MQTTFault) {
        self.broker = broker
        payloadLimit = profile.payload
        mosquitto_lib_init()
        unsafe handle = mosquitto_new(profile.id, true, Unmanaged.passUnretained(self).toOpaque())
        guard unsafe handle != nil else { throw MQTTFault("expected a client of libmosquitto, found no memory") }
        unsafe mosquitto_connect_callback_set(handle) { _, context, code in
            let client = unsafe Unmanaged<MQTTClient>.fromOpaque(context!).takeUnretainedValue()
            client.events.append(code == 0 ? .accepted : .refused(unsafe String(cString: mosquitto_connack_string(code))))
        }
        unsafe mosquitto_message_callback_set(handle) { _, context, message in
            guard let message = unsafe message?.pointee, let topic = unsafe message.topic else { return }
            let client = unsafe Unmanaged<MQTTClient>.fromOpaque(context!).takeUnretainedValue()
            let payload = unsafe UnsafeRawBufferPointer(start: message.payload, count: max(0, Int(message.payloadlen)))
                .prefix(client.payloadLimit)
            unsafe client.events.append(.message(topic: String(cString: topic), payload: Array(payload)))
        }
        if let will = profile.will {
            let text = Array(will.text.utf8)
            try check(unsafe mosquitto_will_set(handle, will.topic, Int32(text.count), text, 1, true))
        }
        if let user = access.user { try check(unsafe mosquitto_username_pw_set(handle, user, password)) }
        if broker.isEncrypted {
            let code = unsafe mosquitto_tls_set(handle, access.caFile, access.caFile == nil ? "/etc/ssl/certs" : nil, nil, nil, nil)
            guard code == MOSQ_ERR_SUCCESS.rawValue else {
                throw MQTTFault("expected certificates (PEM) in \(access.caFile ?? "/etc/ssl/certs"), found: \(Self.text(code))")
            }
        }
    }

    deinit { unsafe mosquitto_destroy(handle) }

    private func check(_ code: Int32) throws(MQTTFault) {
        guard code == MOSQ_ERR_SUCCESS.rawValue else {
            throw MQTTFault("expected libmosquitto to take the settings, found: \(Self.text(code))")
        }
    }

    static func text(_ code: Int32) -> String {
        code == MOSQ_ERR_ERRNO.rawValue ? unsafe String(cString: strerror(errno)) : unsafe String(cString: mosquitto_strerror(code))
    }

    /// Connects; blocks while the network does.
    /// - Returns: why not; nil when the connection is open. The broker's answer is an event.
    package func connect() -> String? {
        events.removeAll()
        let code = unsafe mosquitto_connect(handle, broker.host, Int32(broker.port), Self.keepAlive)
        return code == MOSQ_ERR_SUCCESS.rawValue ? nil : Self.text(code)
    }

    /// Whether something waits for the network to take it.
    package var isBusy: Bool { unsafe mosquitto_want_write(handle) }

    /// Sends and receives what is due, after waiting for the network, an event or a deadline.
    /// - Returns: why the connection has ended; nil while it lasts.
    package func turn(until deadline: Int64, _ wakes: [WakeEvent]) -> String? {
        let socket = unsafe mosquitto_socket(handle)
        guard socket >= 0 else { return "the connection was closed" }
        var waiting = [pollfd(fd: socket, events: Int16(isBusy ? POLLIN | POLLOUT : POLLIN), revents: 0)]
        waiting += wakes.map { pollfd(fd: $0.descriptor, events: Int16(POLLIN), revents: 0) }
        let left = max(0, min((deadline - MonotonicTime.now + 999_999) / 1_000_000, 1000))
        let ready = unsafe poll(&waiting, nfds_t(waiting.count), Int32(left))
        let ended = Int16(POLLIN | POLLHUP | POLLERR)
        if ready > 0, waiting[0].revents & ended != 0 {
            if let end = read() { return end }
        }
        if isBusy {
            let code = unsafe mosquitto_loop_write(handle, 1)
            if code != MOSQ_ERR_SUCCESS.rawValue { return Self.text(code) }
        }
        let code = unsafe mosquitto_loop_misc(handle)
        return code == MOSQ_ERR_SUCCESS.rawValue ? nil : Self.text(code)
    }

    /// Reads all packets that have come. What TLS has decrypted does not show in `poll`, so one packet at a time would fall behind.
    /// - Returns: why the connection has ended; nil while it lasts.
    private func read() -> String? {
        repeat {
            errno = 0
            let code = unsafe mosquitto_loop_read(handle, 1)
            if code != MOSQ_ERR_SUCCESS.rawValue { return Self.text(code) }
        } while errno != EAGAIN && events.count < Self.mostEvents
        return nil
    }

    package func publish(_ topic: String, _ payload: some Collection<UInt8>, isRetained: Bool, isConfirmed: Bool) {
        let bytes = Array(payload)
        _ = unsafe mosquitto_publish(handle, nil, topic, Int32(bytes.count), bytes, isConfirmed ? 1 : 0, isRetained)
    }

    /// - Parameter isConfirmed: whether the broker repeats messages until they have arrived.
    package func subscribe(_ topic: String, isConfirmed: Bool = true) {
        _ = unsafe mosquitto_subscribe(handle, nil, topic, isConfirmed ? 1 : 0)
    }

    package func unsubscribe(_ topic: String) { _ = unsafe mosquitto_unsubscribe(handle, nil, topic) }

    /// Tells the broker of the end, so that it keeps the will to itself.
    package func disconnect() { _ = unsafe mosquitto_disconnect(handle) }
}
