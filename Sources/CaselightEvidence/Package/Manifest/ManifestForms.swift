internal import CaselightModel

/// What the paper forms ask for beside the list of files: 案由, 对象, 内容, 时间, 地点, 方法, 过程 (法发〔2016〕22号), and what a
/// certification under FRE 902(13) and (14) describes.
package struct ManifestForms: Codable, Hashable, Sendable {
    /// 案由.
    package var cause: String
    /// 对象: the cameras and their owners.
    package var object: String
    /// 内容: spans and files.
    package var content: TwoTongues
    /// 地点.
    package var place: String
    /// 方法.
    package var method: TwoTongues
    /// 过程, step by step.
    package var process: [TwoTongues]

    init(
        incident: ManifestIncident, request: ManifestRequest, cameras: [ManifestCamera], clips: [ManifestClip], files: [ManifestFile]
    ) {
        cause = [incident.number.text, incident.category, incident.text].filter { !$0.isEmpty }.joined(separator: " · ")
        object = cameras.map { "\($0.code) \($0.name)\($0.owner.isEmpty ? "" : "（\($0.owner)）")" }.joined(separator: "；")
        place = incident.address
        let (originals, derived) = (files.count { $0.category == .original }, files.count { $0.category == .derived })
        content = TwoTongues(
            zh: "\(clips.count) 段录像；原始文件 \(originals) 个，派生文件 \(derived) 个",
            en: "\(clips.count) clips; \(originals) original files and \(derived) derived files")
        method = Self.standardMethod
        process = Self.steps(request)
    }

    static let standardMethod = TwoTongues(
        zh: "由录像系统自动接收并原样保存视频流；每个文件写完时计算 SHA-256 校验值；导出时逐字节复制原始文件并再次计算校验值，未转码、未剪切；派生文件单独存放。",
        en: "The system received the stream and stored it as it came; SHA-256 was taken of each file when it was complete. For this package the "
            + "originals were copied byte for byte and hashed again, not transcoded and not cut; what was derived from them is kept apart.")

    private static func steps(_ request: ManifestRequest) -> [TwoTongues] {
        let (who, at) = (request.requester.account.text, request.requestedAt.rfc3339())
        return [
            TwoTongues(zh: "录像系统接收并保存录像，文件写完即计算校验值。", en: "Recorded by the system; each file hashed when complete."),
            TwoTongues(zh: "\(at)，\(who) 申请导出，理由：\(request.reason)", en: "\(at): \(who) asked for the package. Reason: \(request.reason)"),
            TwoTongues(zh: "审批：\(request.approverStatement)", en: "Approval: \(request.approverStatement)"),
            TwoTongues(
                zh: "申请先记入调阅日志，然后复制文件、核对校验值、生成清单并签名。",
                en: "The request was entered in the consultation log; then files were copied, hashes compared, and the list made and signed."),
        ]
    }
}
