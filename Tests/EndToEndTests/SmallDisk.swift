import Foundation
import TestSupport

/// A file system of a test's own, in a file: it can be filled up, and its power can be cut.
final class SmallDisk {
    let mount: URL
    private let folder: URL
    private let device: String

    /// Why there can be none here; `nil` where there can.
    static let missing: String? = {
        for tool in ["/usr/sbin/xfs_io", "/usr/sbin/losetup", "/usr/sbin/mkfs.ext4"] where !FileManager.default.isExecutableFile(atPath: tool) {
            return "\(tool) is not installed"
        }
        do {
            _ = try SmallDisk(megabytes: 16)
            return nil
        } catch {
            return "\(error)"
        }
    }()

    /// Nothing but a sync presses anything to it: it commits by itself every five minutes.
    init(megabytes: Int) throws {
        folder = try Workshop.folder("disk")
        mount = folder.appending(path: "mount")
        let image = folder.appending(path: "image").path
        let made = Self.shell("truncate -s \(megabytes)M '\(image)' && mkfs.ext4 -q -m 0 '\(image)' && mkdir '\(mount.path)' && losetup -f --show '\(image)'")
        device = made.output.trimmingCharacters(in: .whitespacesAndNewlines)
        guard made.status == 0 else {
            try? FileManager.default.removeItem(at: folder)
            throw Trouble("no loop device is to be had: \(made.error)")
        }
        do { try attach() } catch {
            release()
            throw error
        }
    }

    deinit { release() }

    private func release() {
        _ = Self.shell("umount '\(mount.path)' 2>/dev/null || umount -l '\(mount.path)' 2>/dev/null; losetup -d '\(device)'")
        try? FileManager.default.removeItem(at: folder)
    }

    private func attach() throws {
        let mounted = Self.shell("mount -o commit=300 '\(device)' '\(mount.path)'")
        guard mounted.status == 0 else { throw Trouble("a file system cannot be mounted: \(mounted.error)") }
    }

    /// From here on nothing reaches the disk, and what was not synced never did.
    func cutPower() throws {
        let cut = Self.shell("/usr/sbin/xfs_io -x -c shutdown '\(mount.path)'")
        guard cut.status == 0 else { throw Trouble("the power cannot be cut: \(cut.error)") }
    }

    /// Once whoever used it has ended: what a machine finds when its power is back.
    func restorePower() throws {
        try waitFor("the disk to be left alone") { Self.shell("umount '\(mount.path)'").status == 0 }
        try attach()
    }

    /// Leaves not a byte.
    func fill() throws {
        let ballast = mount.appending(path: "ballast").path
        let filled = Self.shell("""
            size=$((1 << 40)); end=0
            while [ $size -ge 1024 ]; do if fallocate -o $end -l $size '\(ballast)' 2>/dev/null; then end=$((end + size)); else size=$((size / 2)); fi; done
            dd if=/dev/zero of='\(ballast)' bs=512 oflag=append conv=notrunc 2>/dev/null; sync -f '\(ballast)'
            [ $(df --output=avail -B1 '\(mount.path)' | tail -n 1) -eq 0 ]
            """)
        guard filled.status == 0 else { throw Trouble("the disk cannot be filled: \(filled.error)") }
    }

    func makeRoom() throws { try FileManager.default.removeItem(at: mount.appending(path: "ballast")) }

    private static func shell(_ command: String) -> Workshop.Outcome { Workshop.run("/bin/sh", ["-c", command]) }
}
