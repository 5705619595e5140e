internal import CaselightModel

/// `VERIFY.txt`: how to check a package with nothing but unzip, coreutils and OpenSSL. What stands indented by four blanks is typed.
struct VerifyText {
    let manifest: Manifest
    let timestamp: TimestampStatement

    var text: String {
        """
        核验证据包 / HOW TO VERIFY THIS PACKAGE
        package \(manifest.id), incident \(manifest.incident.number), made \(manifest.createdAt) by caselight \(manifest.software.version)

        用任意一台装有 unzip、coreutils、OpenSSL 3 的 Linux 计算机即可核验，无需 Caselight，无需联网。每一步都应成功，否则本包已被改动。
        Any Linux machine with unzip, coreutils and OpenSSL 3 will do; neither Caselight nor a network is needed.
        Each step must succeed, else the package was changed. With Caselight at hand, 'caselight verify FILE.zip' does all of it, and also
        notices changes of the zip that touch no file's content.

        1. 解压 / Unpack (FILE.zip is the package)

        \(Self.steps[0])

        2. 核对签名：必须显示 Signature Verified Successfully / Check the signature over the list of hashes

        \(Self.steps[1])

        3. 核对每个文件的校验值：不得有任何输出 / Check every file's hash; nothing may be printed

        \(Self.steps[2])

        4. 检查有无多出的文件：不得有任何输出 / Look for added files; nothing may be printed

        \(Self.steps[3])

        5. 核对公钥指纹 / Compare the key with the one the authority has published, not with this text

        \(Self.steps[4])

           本包记载的指纹 / the fingerprint as this package states it:
           \(manifest.log.keyFingerprint)

        6. 可信时间戳 / Time stamp (RFC 3161)

        \(timestampStep)
        7. 调阅日志 / Consultation log

           log/entries.jsonl: 与本包有关的日志记录 / the log's entries about this package, one a line, as they were hashed
           log/proofs.json:   RFC 6962 归属证明 / an inclusion proof for each line: its leaf hash is SHA-256 over a zero byte and the line
           log/checkpoint:    签名的检查点 / a C2SP signed note with the log's size and root; compare it with the log's later checkpoints

        """
    }

    /// One test runs these as they stand.
    private static let steps = [
        """
            export LC_ALL=C.UTF-8
            unzip -q FILE.zip -d package
            cd package
        """,
        """
            openssl pkeyutl -verify -rawin -pubin -inkey signing-key.pem -in SHA256SUMS -sigfile SHA256SUMS.sig
        """,
        """
            sha256sum --check --strict --quiet SHA256SUMS
        """,
        """
            { cut -c 67- SHA256SUMS; echo SHA256SUMS; echo SHA256SUMS.sig; } | sort > ../listed
            find . ! -type d | cut -c 3- | sort > ../present
            diff ../listed ../present
        """,
        """
            openssl pkey -pubin -in signing-key.pem -outform DER | sha256sum
        """,
    ]

    private var timestampStep: String {
        guard timestamp.status == .granted else {
            return """
                   本包无可信时间戳 / this package has none. \(timestamp.statement)
                   封存后取得的时间戳 LATER.tsr 可这样核对 / one that came after the package was sealed, LATER.tsr, is checked so:
                   openssl ts -verify -data manifest.json -in LATER.tsr -CAfile tsa-ca.pem

                """
        }
        return """
               tsa-ca.pem 为时间戳机构的根证书，由机构公布 / tsa-ca.pem is the authority's root certificate, as it has published it

                openssl ts -verify -data manifest.json -in manifest.tsr -CAfile tsa-ca.pem

            """
    }
}
