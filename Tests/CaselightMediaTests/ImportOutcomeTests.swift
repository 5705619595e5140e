import CaselightArchive
import CaselightModel
import CaselightWorkerProtocol
import Foundation
import Testing

@testable import CaselightMedia

/// What becomes of every real and every damaged file at hand: accepted with so many pictures, or refused for a reason.
@Suite struct ImportOutcomeTests {
    enum Outcome: Equatable {
        case accepted(String, Int)
        case refused(String)
    }

    /// Beside the package, not in it.
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../shared/data").standardized
    private static let isPresent = FileManager.default.fileExists(atPath: folder.appending(path: "video").path)

    @Test(.enabled(if: isPresent, "the sample files are not beside the package"), .timeLimit(.minutes(2)), arguments: table.keys.sorted())
    func everyFileEndsAsTheTableSays(name: String) throws {
        let (event, sink) = try ImportTests.run(Self.folder.appending(path: name).path)
        switch event {
        case .importDone(_, let run):
            let samples = try sink.segments.flatMap { try $0.videoFragments() }.flatMap(\.samples)
            #expect(Outcome.accepted(run.stream.video?.codec ?? "", samples.count) == Self.table[name])
            let span = (run.endedAt ?? run.startedAt) - run.startedAt
            #expect(span > .zero && span < .seconds(600))
        case .requestFailed(_, let error):
            #expect(Outcome.refused(error.code.rawValue) == Self.table[name])
            #expect(!"\(error)".contains("\n"))
        default: Issue.record("\(event)")
        }
    }

    @Test(.enabled(if: isPresent, "the sample files are not beside the package")) func theTableKnowsEveryFile() throws {
        let found = ["video", "fuzz"].flatMap { part -> [String] in
            let files = FileManager.default.enumerator(
                at: Self.folder.appending(path: part), includingPropertiesForKeys: [.isRegularFileKey])
            return (files?.allObjects as? [URL] ?? []).filter { url in
                (try? url.resourceValues(forKeys: [.isRegularFileKey]))?.isRegularFile == true && url.lastPathComponent != "SOURCES.md"
            }.map { String($0.standardized.path.dropFirst(Self.folder.path.count + 1)) }
        }
        #expect(Set(found) == Set(Self.table.keys))
    }

    static let table: [String: Outcome] = [
        "fuzz/afl/small_movie.mp4": .accepted("h264", 12),
        "fuzz/mp4parse/afconvert-aac-0.5s.mp4": .refused("unsupportedMedia"),
        "fuzz/mp4parse/av1-clearkey-cbcs-video.mp4": .accepted("av1", 24),
        "fuzz/mp4parse/bipbop_audioinit.mp4": .refused("unsupportedMedia"),
        "fuzz/mp4parse/bipbop_cbcs_video_init.mp4": .refused("damagedMedia"),
        "fuzz/mp4parse/bipbop_nonfragment_header.mp4": .refused("damagedMedia"),
        "fuzz/mp4parse/opus_audioinit.mp4": .refused("unsupportedMedia"),
        "fuzz/mp4parse/opus_audioinit_two_desc.mp4": .refused("unsupportedMedia"),
        "fuzz/mp4parse/sine-3s-xhe-aac-44khz-mono.mp4": .refused("unsupportedMedia"),
        "fuzz/mp4parse/video_colr_nclx_hdr10.mp4": .accepted("h264", 3),
        "fuzz/mp4parse/video_colr_nclx_hdr10_full_range.mp4": .accepted("h264", 3),
        "fuzz/mp4parse/video_colr_nclx_hlg.mp4": .accepted("h264", 3),
        "fuzz/mp4parse/video_colr_nclx_hlg_full_range.mp4": .accepted("h264", 3),
        "fuzz/mp4parse/video_colr_nclx_rgb.mp4": .accepted("h264", 3),
        "fuzz/mp4parse/video_colr_nclx_two_colr.mp4": .accepted("h264", 3),
        "fuzz/mp4parse/white.mp4": .accepted("h264", 300),
        "fuzz/unifuzz_avi/FRENCH_Launcher_BIVX.avi": .refused("damagedMedia"),
        "fuzz/unifuzz_avi/avi-textinfo.avi": .accepted("msmpeg4v3", 1),
        "fuzz/unifuzz_avi/brettschlag.avi": .refused("unsupportedMedia"),
        "fuzz/unifuzz_avi/empty.avi": .accepted("msmpeg4v3", 1),
        "fuzz/unifuzz_avi/filedoesitbetter.avi": .accepted("mjpeg", 58),
        "fuzz/unifuzz_avi/missing_video_stream.avi": .accepted("msmpeg4v3", 173),
        "fuzz/unifuzz_avi/mode2_ogg.avi": .accepted("mpeg4", 201),
        "fuzz/unifuzz_avi/test_dv1_head.avi": .refused("damagedMedia"),
        "fuzz/unifuzz_ffmpeg/13": .accepted("msmpeg4v3", 1),
        "fuzz/unifuzz_ffmpeg/15": .refused("unsupportedMedia"),
        "fuzz/unifuzz_ffmpeg/17": .refused("damagedMedia"),
        "fuzz/unifuzz_ffmpeg/19": .refused("damagedMedia"),
        "fuzz/unifuzz_ffmpeg/20": .refused("damagedMedia"),
        "fuzz/unifuzz_ffmpeg/24": .refused("damagedMedia"),
        "fuzz/unifuzz_ffmpeg/28": .accepted("msmpeg4v3", 2),
        "fuzz/unifuzz_ffmpeg/3": .refused("unsupportedMedia"),
        "fuzz/unifuzz_ffmpeg/31": .refused("damagedMedia"),
        "fuzz/unifuzz_ffmpeg/33": .refused("damagedMedia"),
        "fuzz/unifuzz_ffmpeg/35": .refused("damagedMedia"),
        "fuzz/unifuzz_ffmpeg/37": .refused("damagedMedia"),
        "fuzz/unifuzz_ffmpeg/44": .refused("damagedMedia"),
        "fuzz/unifuzz_ffmpeg/46": .refused("damagedMedia"),
        "fuzz/unifuzz_ffmpeg/51": .refused("damagedMedia"),
        "fuzz/unifuzz_ffmpeg/55": .refused("damagedMedia"),
        "fuzz/unifuzz_ffmpeg/60": .refused("damagedMedia"),
        "fuzz/unifuzz_ffmpeg/73": .accepted("msmpeg4v3", 2),
        "fuzz/unifuzz_ffmpeg/77": .accepted("msmpeg4v3", 1),
        "fuzz/unifuzz_ffmpeg/84": .accepted("msmpeg4v3", 2),
        "fuzz/unifuzz_ffmpeg/88": .accepted("msmpeg4v3", 1),
        "fuzz/unifuzz_ffmpeg/9": .refused("unsupportedMedia"),
        "fuzz/unifuzz_ffmpeg/93": .refused("damagedMedia"),
        "fuzz/unifuzz_ffmpeg/95": .refused("unsupportedMedia"),
        "fuzz/unifuzz_ffmpeg/99": .accepted("msmpeg4v3", 1),
        "fuzz/unifuzz_flv/10.flv": .refused("damagedMedia"),
        "fuzz/unifuzz_flv/11.flv": .refused("damagedMedia"),
        "fuzz/unifuzz_flv/13.flv": .refused("damagedMedia"),
        "fuzz/unifuzz_flv/15.flv": .refused("damagedMedia"),
        "fuzz/unifuzz_flv/17.flv": .refused("damagedMedia"),
        "fuzz/unifuzz_flv/19.flv": .refused("damagedMedia"),
        "fuzz/unifuzz_flv/20.flv": .refused("damagedMedia"),
        "fuzz/unifuzz_flv/22.flv": .refused("damagedMedia"),
        "fuzz/unifuzz_flv/24.flv": .refused("damagedMedia"),
        "fuzz/unifuzz_flv/26.flv": .refused("damagedMedia"),
        "fuzz/unifuzz_mp4/10.mp4": .refused("unsupportedMedia"),
        "fuzz/unifuzz_mp4/20.mp4": .refused("unsupportedMedia"),
        "fuzz/unifuzz_mp4/40.mp4": .refused("unsupportedMedia"),
        "video/100_0306.AVI": .accepted("mjpeg", 41),
        "video/aphill_240_1fps_crf32.mp4": .accepted("h264", 310),
        "video/aphill_klv_10s.ts": .accepted("mpeg2video", 10),
        "video/bbb_800x640_768kbps_30fps_avc_pyramid_3b.mp4": .accepted("h264", 120),
        "video/clip.mp4": .accepted("h264", 10),
        "video/gopro_karma.mp4": .accepted("h264", 362),
        "video/gpmf/hero11.raw": .refused("unsupportedMedia"),
        "video/gpmf/hero5.raw": .refused("unsupportedMedia"),
        "video/h264_klv.ts": .accepted("h264", 30),
        "video/h264_no_klv.ts": .accepted("h264", 30),
        "video/h265_bframes.mp4": .accepted("hevc", 30),
        "video/nasa_13013.mp4": .accepted("h264", 325),
        "video/offline_h264.mp4": .accepted("h264", 30),
        "video/offline_h265.mp4": .accepted("hevc", 30),
        "video/one-by-one-person-detection.mp4": .accepted("h264", 1394),
        "video/rawh264/BA1_FT_C.264": .accepted("h264", 299),
        "video/rawh264/BANM_MW_D.264": .accepted("h264", 100),
        "video/rawh264/BA_MW_D.264": .accepted("h264", 100),
        "video/rawh264/BA_MW_D_IDR_LOST.264": .refused("damagedMedia"),
        "video/rawh264/CI1_FT_B.264": .accepted("h264", 291),
        "video/rawh264/Cisco_Men_whisper_640x320_CABAC_Bframe_9.264": .accepted("h264", 9),
        "video/rawh264/Error_I_P.264": .accepted("h264", 6),
        "video/rawh264/MIDR_MW_D.264": .accepted("h264", 100),
        "video/rawh264/SarVui.264": .accepted("h264", 17),
        "video/rawh264/Static.264": .accepted("h264", 10),
        "video/rawh264/avatar.h264": .accepted("h264", 308),
        "video/rawh265/avatar.h265": .accepted("hevc", 308),
        "video/rawh265/girlshy.h265": .accepted("hevc", 75),
        "video/sample-5s.mp4": .accepted("h264", 171),
        "video/sample.avi": .accepted("mpeg4", 96),
        "video/sample.flv": .accepted("h264", 30),
        "video/sample.mkv": .accepted("h264", 30),
        "video/sample.mp4": .accepted("h264", 30),
        "video/sample_12_5fps_720p_1s.mp4": .accepted("h264", 13),
        "video/sample_edit_list.mp4": .accepted("hevc", 86),
        "video/sample_fragmented.mp4": .accepted("h264", 30),
        "video/sample_fragmented_seekable.mp4": .accepted("h264", 30),
        "video/sample_h262_mpeg_audio.ps": .accepted("mpeg2video", 3),
        "video/sample_h264.ts": .accepted("h264", 30),
        "video/sample_h264_iframes_only.ts": .accepted("h264", 30),
        "video/sample_h264_no_access_unit_delimiters.ts": .accepted("h264", 3),
        "video/sample_h265.ts": .accepted("hevc", 30),
        "video/sample_mdat_too_long.mp4": .accepted("h264", 30),
        "video/sample_missing_stsd.mp4": .accepted("h264", 30),
        "video/sample_partially_fragmented.mp4": .accepted("h264", 30),
        "video/sample_with_increasing_timestamps_320w_240h_5s.mp4": .accepted("h264", 300),
        "video/sample_with_metadata.mp4": .accepted("h264", 30),
        "video/sample_with_multiple_key_frames.mkv": .accepted("h264", 30),
        "video/sample_without_stss.mp4": .accepted("h264", 30),
        "video/test-480p.mp4": .accepted("h264", 96),
        "video/test-segment.ts": .accepted("h264", 134),
        "video/video.avi": .refused("unsupportedMedia"),
        "video/video_90.mov": .accepted("h264", 3),
        "video/vtest.avi": .accepted("msmpeg4v3", 795),
        "video/with-gps.mp4": .accepted("h264", 3),
    ]
}
