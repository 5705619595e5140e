import ArgumentParser
import CaselightModel
import Foundation

extension Role: ExpressibleByArgument {}

/// Accounts and groups for people to read.
enum UserReport {
    static func table(_ accounts: [JSON], _ style: ShowStyle) -> [String] {
        var table = Table([.left("NAME"), .flexible("PERSON"), .flexible("UNIT"), .flexible("ROLES"), .flexible("SEES"), .left("STATE")])
        for account in accounts {
            table.add([
                .init(account["name"].text), .init(account["displayName"].text), .init(account["unit"].text), .init(roles(account)),
                .init(sees(account)), state(account),
            ])
        }
        return table.lines(style.terminal)
    }

    static func lines(_ account: JSON, _ style: ShowStyle) -> [String] {
        var fields = FieldList()
        fields.add("person", account["displayName"].text)
        fields.add("unit", account["unit"].text)
        fields.add("roles", roles(account))
        fields.add("sees", sees(account))
        fields.add("state", state(account).text)
        fields.add("changed", account["updatedAt"].time.map { style.times.full($0) })
        return [style.heading("Account \(account["name"].text ?? "")")] + fields.lines(style.terminal)
    }

    /// A role somebody gave himself says so wherever it is shown.
    private static func roles(_ account: JSON) -> String {
        let own = Set(account["selfGrantedRoles"].list.compactMap(\.text))
        let names = account["roles"].list.compactMap(\.text).map { own.contains($0) ? "\($0) (self-granted)" : $0 }
        return names.isEmpty ? "none" : names.joined(separator: ", ")
    }

    private static func sees(_ account: JSON) -> String {
        let groups = account["groups"].list.compactMap(\.text)
        return groups.isEmpty ? "all cameras" : groups.joined(separator: ", ")
    }

    private static func state(_ account: JSON) -> Table.Cell {
        if account["isEnabled"].flag == false { return .init("disabled", .bad) }
        return account["isLocked"].flag == true ? .init("locked out", .bad) : .init("enabled", .good)
    }

    static func conditions(_ group: JSON) -> String {
        let parts = [("class", "classes"), ("grid", "grids"), ("owner", "owners")].compactMap { label, name -> String? in
            let values = group[name].list.compactMap { $0.text ?? $0.whole.map(String.init) }
            return values.isEmpty ? nil : "\(label) \(values.joined(separator: " or "))"
        }
        return parts.isEmpty ? "every camera" : "cameras of " + parts.joined(separator: ", ")
    }
}

/// Secrets as people give them: at the terminal without an echo, or as lines of a pipe; never as arguments, which anybody may read.
enum Secret {
    static func password(_ prompt: String) throws -> String {
        guard isatty(STDIN_FILENO) == 1 else {
            guard let line = readLine(strippingNewline: true), !line.isEmpty else {
                throw ClientFailure(.usage, "cannot read the password: standard input is no terminal and its line is empty")
            }
            return line
        }
        guard let typed = getpass(prompt) else { throw ClientFailure(.usage, "cannot read from the terminal") }
        return String(cString: typed)
    }

    static func newPassword(for name: String) throws -> String {
        let first = try password("New password for \(name): ")
        guard isatty(STDIN_FILENO) == 1 else { return first }
        guard try password("The same again: ") == first else { throw ClientFailure(.usage, "cannot set the password: the two differ") }
        return first
    }
}
