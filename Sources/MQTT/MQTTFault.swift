/// What stands in the way of a connection to a broker: one line.
package struct MQTTFault: Error, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }
}
