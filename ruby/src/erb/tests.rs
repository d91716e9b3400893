use super::program;

/// Compared with `ERB.new(text, trim_mode: '-').src` of Ruby 3.1.
#[test]
fn programs_are_laid_out_as_rubys_library_does() {
    let cases = [
        ("a <%- x\n -%>\n  b", "_erbout = +''; _erbout.<< \"a \".freeze;  x\n \n_erbout.<< \"  b\".freeze; _erbout\n"),
        ("  <%# hi\nyo -%>\nb", "_erbout = +''; _erbout.<< \"  \".freeze\n_erbout.<< \"b\".freeze; _erbout\n"),
        ("<%% #{x} %%>", "_erbout = +''; _erbout.<< \"<% \\#{x} %%>\".freeze; _erbout\n"),
        ("<%= 1 %%> -%>\n", "_erbout = +''; _erbout.<<(( 1 %> ).to_s)\n_erbout\n"),
        ("<% # c %>t\nb", "_erbout = +'';  # c ; _erbout.<< \"t\\nb\".freeze\n; _erbout\n"),
        ("<% y", "_erbout = +''; _erbout.<< \" y\".freeze; _erbout\n"),
        ("<% a %>  <%- b %>", "_erbout = +'';  a ;  b ; _erbout\n"),
    ];
    for (template, wanted) in cases {
        assert_eq!(program(template), wanted, "{template}");
    }
}
