use super::*;

fn stamp(text: &str, format: &str, zone: Option<&str>) -> String {
    timestamp_text(parse_timestamp_as(text, Some(&Value::string(format)), zone).unwrap())
}

#[test]
fn timestamps_read_and_print() {
    assert_eq!(timestamp_text(parse_timestamp("2021-02-03T04:05:06.789Z").unwrap_or(Nanoseconds::new(0))).len(), 33);
    assert_eq!(timestamp_text(parse_timestamp("2020-01-02").unwrap()), "2020-01-02T00:00:00.000000000 UTC");
    assert_eq!(
        timestamp_text(parse_timestamp("2020-01-02 03:04:05 EST").unwrap()),
        "2020-01-02T08:04:05.000000000 UTC"
    );
    assert_eq!(stamp("1/2/2020 5 pm", "%m/%d/%Y %I %p", None), "2020-01-02T17:00:00.000000000 UTC");
    assert_eq!(stamp("2020-01-02", "%F", Some("+02:00")), "2020-01-01T22:00:00.000000000 UTC");
    assert_eq!(
        parse_timestamp("nope").unwrap_err().message,
        "Unable to parse 'nope' using any of the formats %FT%T.%N %Z, %FT%T %Z, %F %T.%N %Z, %F %T %Z, %F %Z, %FT%T.%N, %FT%T, %F %T.%N, %F %T, %F"
    );
    let time = Nanoseconds::new(1_580_000_000_123_456_789);
    assert_eq!(
        format_timestamp(time, Some("%A %^a %-d %e %j %s %L %3N %y %U %V %z %Z %%"), None).unwrap(),
        "Sunday SUN 26 26 026 1580000000 123 123 20 04 04 +0000 UTC %"
    );
}

#[test]
fn timespans_read_and_print() {
    let span = parse_timespan("1-02:03:04.5").unwrap();
    assert_eq!(timespan_text(span), "1-02:03:04.5");
    assert_eq!(timespan_text(parse_timespan("-00:00:01").unwrap()), "-0-00:00:01.0");
    assert_eq!(format_timespan(span, Some("%H:%M")).unwrap(), "26:03");
    assert_eq!(format_timespan(span, Some("%_3D|%-H|%L|%6N")).unwrap(), "  1|2|500|500000");
    assert_eq!(
        format_timespan(span, Some("%4x")).unwrap_err().message,
        "Bad format specifier '%4' in '%4x', at position 2"
    );
    assert!(parse_timespan("x").unwrap_err().message.starts_with("Unable to parse 'x' using any of the formats %D-"));
}
