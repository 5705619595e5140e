internal import CaselightModel

/// `report.html`: the package on paper, in Chinese and English. No script, nothing fetched, everything escaped.
struct ReportPage {
    let manifest: Manifest
    let manifestSHA256: String
    let log: LogExcerpt
    let timestamp: TimestampStatement

    var text: String {
        let m = manifest
        let parts: [HTMLText] = [
            head, requestTable, forms, coverage, evidenceList, cameras, clips, custody, integrity, certification,
            "<footer>caselight \(m.software.version) · \(m.id) · \(m.createdAt)</footer>\n</body>\n</html>\n",
        ]
        return HTMLText(joining: parts).text
    }

    private var head: HTMLText {
        """
        <!DOCTYPE html>
        <html lang="zh-Hans">
        <head>
        <meta charset="utf-8">
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
        <meta name="referrer" content="no-referrer">
        <title>电子数据证据包 Evidence package \(manifest.incident.number)</title>
        <style>\(ReportStyle.css)</style>
        </head>
        <body>
        <h1>电子数据证据包<br><span lang="en">Evidence package</span></h1>

        """
    }

    private var requestTable: HTMLText {
        let (m, i, r) = (manifest, manifest.incident, manifest.request)
        let approver: HTMLText = r.approver.map { "\(name($0))；\(r.approverStatement)" } ?? "无 none：\(r.approverStatement)"
        return table([
            ("证据包编号", "Package", "\(m.id)"), ("制作时间", "Made at", "\(m.createdAt)"),
            ("警情编号", "Incident", "\(i.number)"), ("类别", "Category", "\(i.category)"),
            ("案发时间", "Time of the incident", "\(i.span.start) – \(i.span.end)"),
            ("地点", "Place", "\(i.address)\(point(i.position))\(i.grid.map { "，网格 \($0)" } ?? "")"), ("简要案情", "What happened", "\(i.text)"),
            ("申请人", "Requested by", name(r.requester)), ("申请时间", "Requested at", "\(r.requestedAt)"), ("理由", "Reason", "\(r.reason)"),
            ("审批", "Approved by", approver),
        ])
    }

    private var forms: HTMLText {
        let f = manifest.forms
        let steps = HTMLText(joining: f.process.map { "<li>\($0.zh)<br><span lang=\"en\">\($0.en)</span></li>" })
        return """
            <h2>提取说明 <span lang="en">Collection</span></h2>
            \(table([
                ("案由", "Cause", "\(f.cause)"), ("对象", "Object", "\(f.object)"), ("内容", "Content", both(f.content)),
                ("地点", "Place", "\(f.place)"), ("方法", "Method", both(f.method)), ("过程", "Process", "<ol>\(steps)</ol>"),
            ]))
            """
    }

    private var coverage: HTMLText {
        let c = manifest.coverage
        return """
            <h2>录像完整情况 <span lang="en">Coverage</span></h2>
            <p>\(c.text.zh)</p>
            <p lang="en">\(c.text.en)</p>
            \(grid(
                [("摄像机", "Cameras"), ("完整", "Full"), ("有缺失", "With gaps"), ("无录像", "None"), ("调取", "Wanted, s"), ("有录像", "Recorded, s"), ("缺失", "Missing, s")],
                [["\(c.camerasWanted)", "\(c.camerasWithFullFootage)", "\(c.camerasWithGaps)", "\(c.camerasWithoutFootage)", "\(c.wantedUs.seconds)", "\(c.coveredUs.seconds)", "\(c.gapUs.seconds)"]]))
            """
    }

    private var evidenceList: HTMLText {
        let rows: [[HTMLText]] = manifest.files.enumerated().map { number, file in
            let isOriginal = file.category == .original
            let ingest: HTMLText = file.sha256AtIngest == nil ? "无 none：\(file.sha256AtIngestStatement)" : "与采集时一致 as taken at ingest"
            return [
                "\(number + 1)", "<span class=\"path\">\(file.path)</span>\(file.derivation.map { "<br>\($0)" as HTMLText } ?? "")",
                isOriginal ? "原始 original" : "派生 derived", "\(([file.format] + file.codecs).joined(separator: ", "))", "<span class=\"whole\">\(file.byteCount)</span>",
                "<span class=\"hash\">\(file.sha256)</span><br>\(isOriginal ? ingest : "")",
                "\(file.camera)<br>\(file.recorded.map { "\(moment($0.start)) – \(moment($0.end))" as HTMLText } ?? "—")",
            ]
        }
        return """
            <h2>电子数据清单 <span lang="en">List of electronic data</span></h2>
            \(grid(
                [("序号", "No."), ("文件", "File"), ("类别", "Category"), ("文件格式", "Format"), ("字节", "Bytes"), ("完整性校验值", "SHA-256"), ("来源和录制时间", "Camera, recorded")],
                rows))
            """
    }

    private var cameras: HTMLText {
        let rows: [[HTMLText]] = manifest.cameras.map { camera in
            let axis: HTMLText = "\(camera.bearingDegrees)° / \(camera.fieldDegrees)° / \(camera.rangeMeters) m"
            return [
                "\(camera.code)", "\(camera.name)", "\(camera.cameraClass.rawValue) · \(camera.kind.rawValue)", "\(camera.owner)",
                "\(camera.address)\(point(camera.position))<br>\(camera.positionStatement)", axis,
            ]
        }
        return """
            <h2>摄像机 <span lang="en">Cameras</span></h2>
            \(grid([("编码", "Code"), ("名称", "Name"), ("类别", "Class, kind"), ("所有人", "Owner"), ("位置", "Place, WGS-84"), ("朝向/视角/视距", "Axis, field, range")], rows))
            """
    }
}

// The parts that every section is made of.
extension ReportPage {
    func name(_ person: ManifestPerson) -> HTMLText {
        let parts = [person.displayName, person.unit].filter { !$0.isEmpty }.joined(separator: "，")
        return parts.isEmpty ? "\(person.account)" : "\(parts)（\(person.account)）"
    }

    func point(_ point: GeoPoint?) -> HTMLText { point.map { " (\($0.latitude), \($0.longitude))" } ?? "" }

    /// A time that stays on one line.
    func moment(_ time: WallTime) -> HTMLText { "<span class=\"whole\">\(time)</span>" }

    func both(_ text: TwoTongues) -> HTMLText { "\(text.zh)<br><span lang=\"en\">\(text.en)</span>" }

    func table(_ rows: [(zh: String, en: String, value: HTMLText)]) -> HTMLText {
        let lines = rows.map { "<tr><th>\($0.zh)<br><span lang=\"en\">\($0.en)</span></th><td>\($0.value)</td></tr>\n" as HTMLText }
        return "<table class=\"facts\">\n\(HTMLText(joining: lines))</table>\n"
    }

    func grid(_ heads: [(zh: String, en: String)], _ rows: [[HTMLText]]) -> HTMLText {
        let head = HTMLText(joining: heads.map { "<th>\($0.zh)<br><span lang=\"en\">\($0.en)</span></th>" })
        let body = rows.map { cells in "<tr>\(HTMLText(joining: cells.map { "<td>\($0)</td>" }))</tr>\n" as HTMLText }
        return "<table class=\"list\">\n<thead><tr>\(head)</tr></thead>\n<tbody>\n\(HTMLText(joining: body))</tbody>\n</table>\n"
    }
}

private enum ReportStyle {
    static let css: HTMLText = """
        body{font:10.5pt/1.45 "Noto Serif CJK SC","Source Han Serif SC",SimSun,"Times New Roman",serif;margin:2em auto;max-width:62em;padding:0 1em;color:#000;background:#fff}
        h1{text-align:center;font-size:18pt}h2{font-size:13pt;margin:1.6em 0 .4em;border-bottom:1px solid #000}
        table{border-collapse:collapse;width:100%;margin:.4em 0}th,td{border:1px solid #555;padding:.25em .45em;text-align:left;vertical-align:top}
        th{background:#eee;font-weight:600}td{overflow-wrap:anywhere}.list{font-size:9pt}.list td{min-width:5.6em}.list td:first-child{min-width:0;white-space:nowrap}.whole{white-space:nowrap}
        .facts th{width:11em}span[lang=en],p[lang=en]{font-family:"Times New Roman",serif}
        .hash,.path{font:8pt/1.3 monospace;word-break:break-all}.sign td{height:3.2em;width:50%}footer{margin-top:2em;font-size:8.5pt;color:#333}
        @page{size:A4;margin:18mm 15mm}@media print{body{margin:0;max-width:none;padding:0}thead{display:table-header-group}tr{break-inside:avoid}h2{break-after:avoid}}
        """
}
