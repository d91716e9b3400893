# The object types and aliases that every program has.
#
# Those below `Pcore` are the types of types; those below `Puppet::AST` the types of syntax trees.

type Pcore::SimpleTypeName = Pattern[/\A[A-Z]\w*\z/]
type Pcore::MemberName = Pattern[/\A[a-z_]\w*\z/]
type Pcore::TypeName = Pattern[/\A[A-Z][\w]*(?:::[A-Z][\w]*)*\z/]
type Pcore::QRef = Pattern[/\A[A-Z][\w]*(?:::[A-Z][\w]*)*\z/]
type Pcore::URI_RX = Regexp[/[a-zA-Z][-+.a-zA-Z\d]*:\S/]
type Pcore::URI = Pattern[/[a-zA-Z][-+.a-zA-Z\d]*:\S/]

type Deferred = {
  attributes => {
    name => Pattern[/\A[$]?[a-z][a-z0-9_]*(?:::[a-z][a-z0-9_]*)*\z/],
    arguments => Optional[Array],
  },
}

type Error = {
  type_parameters => {
    kind => Variant[String, Regexp, Type[Enum], Type[Pattern], Type[NotUndef], Type[Undef]],
    issue_code => Variant[String, Regexp, Type[Enum], Type[Pattern], Type[NotUndef], Type[Undef]],
  },
  attributes => {
    msg => String[1],
    kind => Optional[String[1]],
    details => Optional[Hash[String[1], Data]],
    issue_code => Optional[String[1]],
  },
  functions => { message => Callable[[], String[1]] },
}

type RubyMethod = Annotation {
  attributes => {
    body => String,
    parameters => Optional[String[1]],
  },
}
type Pcore::TypeReferenceType = Pcore::AnyType {
  attributes => {
    type_string => String[1],
  },
}
type Pcore::HashType = Pcore::CollectionType {
  attributes => {
    key_type => {type => Optional[Type], value => Any},
    value_type => {type => Optional[Type], value => Any},
  },
}
type Pcore::RegexpType = Pcore::ScalarType {
  attributes => {
    pattern => {type => Variant[Undef, String, Regexp], value => undef},
  },
}
type Pcore::RuntimeType = Pcore::AnyType {
  attributes => {
    runtime => Optional[String[1]],
    name_or_pattern => {type => Optional[Variant[String[1], Tuple[Regexp, String[1]]]], value => undef},
  },
}
type Pcore::CallableType = Pcore::AnyType {
  attributes => {
    param_types => Optional[Type[Tuple]],
    block_type => Optional[Type[Callable]],
    return_type => {type => Optional[Type], value => Any},
  },
}
type Pcore::SensitiveType = Pcore::AnyType {}
type Pcore::AnyType = Any {}
type Pcore::URIType = Pcore::AnyType {
  attributes => {
    parameters => {type => Optional[Variant[String[1], Struct[{scheme => Optional[Variant[String[1], Regexp, Type[Pattern], Type[Enum], Type[NotUndef], Type[Undef]]], userinfo => Optional[Variant[String[1], Regexp, Type[Pattern], Type[Enum], Type[NotUndef], Type[Undef]]], host => Optional[Variant[String[1], Regexp, Type[Pattern], Type[Enum], Type[NotUndef], Type[Undef]]], port => Optional[Variant[Integer[0], Type[NotUndef], Type[Undef]]], path => Optional[Variant[String[1], Regexp, Type[Pattern], Type[Enum], Type[NotUndef], Type[Undef]]], query => Optional[Variant[String[1], Regexp, Type[Pattern], Type[Enum], Type[NotUndef], Type[Undef]]], fragment => Optional[Variant[String[1], Regexp, Type[Pattern], Type[Enum], Type[NotUndef], Type[Undef]]], opaque => Optional[Variant[String[1], Regexp, Type[Pattern], Type[Enum], Type[NotUndef], Type[Undef]]]}]]], value => undef},
  },
}
type Pcore::CatalogEntryType = Pcore::AnyType {}
type Pcore::ClassType = Pcore::CatalogEntryType {
  attributes => {
    class_name => Optional[String[1]],
  },
}
type Pcore::TypeAliasType = Pcore::AnyType {
  attributes => {
    name => String[1],
    type_expr => Any,
    resolved_type => Optional[Type],
  },
}
type Pcore::ObjectType = Pcore::AnyType {
  attributes => {
    _pcore_init_hash => Struct[{Optional['name'] => Pattern[/\A[A-Z][\w]*(?:::[A-Z][\w]*)*\z/], Optional['parent'] => Type, Optional['type_parameters'] => Hash[Pattern[/\A[a-z_]\w*\z/], NotUndef], Optional['attributes'] => Hash[Pattern[/\A[a-z_]\w*\z/], NotUndef], Optional['constants'] => Hash[Pattern[/\A[a-z_]\w*\z/], Any], Optional['functions'] => Hash[Variant[Pattern[/\A[a-z_]\w*\z/], String], NotUndef], Optional['equality'] => Variant[Pattern[/\A[a-z_]\w*\z/], Array[Pattern[/\A[a-z_]\w*\z/]]], Optional['equality_include_type'] => Boolean, checks => Any, annotations => Optional[Hash[Type[Annotation], Hash[Pattern[/\A[a-z_]\w*\z/], Any]]]}],
  },
}
type Pcore::InitType = Pcore::AnyType {
  attributes => {
    type => Optional[Type],
    init_args => {type => Array, value => []},
  },
}
type Pcore::UnitType = Pcore::AnyType {}
type Pcore::VariantType = Pcore::AnyType {
  attributes => {
    types => Array[Type],
  },
}
type Pcore::NotUndefType = Pcore::AnyType {
  attributes => {
    type => Optional[Type],
  },
}
type Pcore::UndefType = Pcore::AnyType {}
type Pcore::OptionalType = Pcore::AnyType {
  attributes => {
    type => Optional[Type],
  },
}
type Pcore::TypeType = Pcore::AnyType {
  attributes => {
    type => Optional[Type],
  },
}
type Pcore::ResourceType = Pcore::CatalogEntryType {
  attributes => {
    type_name => Optional[String[1]],
    title => Optional[String[1]],
  },
}
type Pcore::BinaryType = Pcore::AnyType {}
type Pcore::EnumType = Pcore::ScalarDataType {
  attributes => {
    values => Array[String[1]],
    case_insensitive => {type => Boolean, value => false},
  },
}
type Pcore::IntegerType = Pcore::NumericType {}
type Pcore::IterableType = Pcore::AnyType {
  attributes => {
    type => Optional[Type],
  },
}
type Pcore::AbstractTimeDataType = Pcore::AnyType {}
type Pcore::DefaultType = Pcore::AnyType {}
type Pcore::ScalarType = Pcore::AnyType {}
type Pcore::StringType = Pcore::ScalarDataType {
  attributes => {
    size_type_or_value => Optional[Variant[String, Type[Integer]]],
  },
}
type Pcore::FloatType = Pcore::NumericType {}
type Pcore::BooleanType = Pcore::ScalarDataType {}
type Pcore::ScalarDataType = Pcore::ScalarType {}
type Pcore::ArrayType = Pcore::CollectionType {
  attributes => {
    element_type => {type => Optional[Type], value => Any},
  },
}
type Pcore::SemVerRangeType = Pcore::AnyType {}
type Pcore::TimespanType = Pcore::ScalarType {
  attributes => {
    from => Optional[Timespan],
    to => Optional[Timespan],
  },
}
type Pcore::PatternType = Pcore::ScalarDataType {
  attributes => {
    patterns => Array[Regexp],
  },
}
type Pcore::CollectionType = Pcore::AnyType {
  attributes => {
    size_type => Optional[Type[Integer]],
  },
}
type Pcore::NumericType = Pcore::ScalarDataType {
  attributes => {
    from => Optional[Numeric],
    to => Optional[Numeric],
  },
}
type Pcore::TupleType = Pcore::AnyType {
  attributes => {
    types => Array[Type],
    size_type => Optional[Type[Integer]],
  },
}
type Pcore::ObjectTypeExtenType = Pcore::AnyType {
  attributes => {
    base_type => Type,
    init_parameters => Array,
  },
}
type Pcore::SemVerType = Pcore::ScalarType {
  attributes => {
    ranges => {type => Array[Variant[SemVerRange, String[1]]], value => []},
  },
}
type Pcore::StructType = Pcore::AnyType {
  attributes => {
    elements => Array[Pcore::StructElement],
  },
}
type Pcore::TimestampType = Pcore::ScalarType {
  attributes => {
    from => Optional[Timestamp],
    to => Optional[Timestamp],
  },
}
type Pcore::IteratorType = Pcore::AnyType {
  attributes => {
    type => Optional[Type],
  },
}
type Pcore::StructElement = {
  attributes => {
    key_type => Type,
    value_type => Type,
  },
}
type Pcore = {}
type Puppet::Resource::Param = {
  attributes => {
    type => Type,
    name => String[1],
    name_var => {type => Boolean, value => false},
  },
  equality => ['name'],
}
type Puppet::Resource::ResourceType3 = {
  attributes => {
    name => String[1],
    properties => {type => Array[Puppet::Resource::Param], value => []},
    parameters => {type => Array[Puppet::Resource::Param], value => []},
    title_patterns_hash => {type => Optional[Hash[Regexp, Array[String[1]]]], value => undef},
    isomorphic => {type => Boolean, value => true},
    capability => {type => Boolean, value => false},
  },
  equality => ['name'],
}
type Puppet::LookupContext = Any {
  attributes => {
    environment_name => {type => String[1], kind => derived},
    module_name => Variant[String[1], Undef],
  },
  functions => {
    not_found => Callable[[0, 0], Undef],
    explain => Callable[[0, 0, Callable[0, 0]], Undef],
    interpolate => Callable[1, 1],
    cache => Callable[Optional[Scalar], Any],
    cache_all => Callable[[Hash[Optional[Scalar], Any]], Undef],
    cache_has_key => Callable[[Optional[Scalar]], Boolean],
    cached_value => Callable[Optional[Scalar]],
    cached_entries => Variant[Callable[[0, 0, Callable[1, 1]], Undef], Callable[[0, 0, Callable[2, 2]], Undef], Callable[[0, 0], Iterable[Tuple[Optional[Scalar], Any]]]],
    cached_file_data => Callable[String, Optional[Callable[Array[Integer]]]],
  },
}
type Puppet::AST::Locator = {
  attributes => {
    string => String,
    file => String,
    line_index => Optional[Array[Integer]],
  },
}
type Puppet::AST::PopsObject = {}
type Puppet::AST::Positioned = Puppet::AST::PopsObject {
  attributes => {
    locator => {type => Puppet::AST::Locator, kind => reference},
    offset => Integer,
    length => Integer,
    file => {type => String, kind => derived},
    line => {type => Integer, kind => derived},
    pos => {type => Integer, kind => derived},
  },
  equality => [],
}
type Puppet::AST::Expression = Puppet::AST::Positioned {}
type Puppet::AST::Nop = Puppet::AST::Expression {}
type Puppet::AST::BinaryExpression = Puppet::AST::Expression {
  attributes => {
    left_expr => Puppet::AST::Expression,
    right_expr => Puppet::AST::Expression,
  },
}
type Puppet::AST::UnaryExpression = Puppet::AST::Expression {
  attributes => {
    expr => Puppet::AST::Expression,
  },
}
type Puppet::AST::ParenthesizedExpression = Puppet::AST::UnaryExpression {}
type Puppet::AST::NotExpression = Puppet::AST::UnaryExpression {}
type Puppet::AST::UnaryMinusExpression = Puppet::AST::UnaryExpression {}
type Puppet::AST::UnfoldExpression = Puppet::AST::UnaryExpression {}
type Puppet::AST::AssignmentExpression = Puppet::AST::BinaryExpression {
  attributes => {
    operator => Enum['+=', '-=', '='],
  },
}
type Puppet::AST::ArithmeticExpression = Puppet::AST::BinaryExpression {
  attributes => {
    operator => Enum['%', '*', '+', '-', '/', '<<', '>>'],
  },
}
type Puppet::AST::RelationshipExpression = Puppet::AST::BinaryExpression {
  attributes => {
    operator => Enum['->', '<-', '<~', '~>'],
  },
}
type Puppet::AST::AccessExpression = Puppet::AST::Expression {
  attributes => {
    left_expr => Puppet::AST::Expression,
    keys => {type => Array[Puppet::AST::Expression], value => []},
  },
}
type Puppet::AST::ComparisonExpression = Puppet::AST::BinaryExpression {
  attributes => {
    operator => Enum['!=', '<', '<=', '==', '>', '>='],
  },
}
type Puppet::AST::MatchExpression = Puppet::AST::BinaryExpression {
  attributes => {
    operator => Enum['!~', '=~'],
  },
}
type Puppet::AST::InExpression = Puppet::AST::BinaryExpression {}
type Puppet::AST::BooleanExpression = Puppet::AST::BinaryExpression {}
type Puppet::AST::AndExpression = Puppet::AST::BooleanExpression {}
type Puppet::AST::OrExpression = Puppet::AST::BooleanExpression {}
type Puppet::AST::LiteralList = Puppet::AST::Expression {
  attributes => {
    values => {type => Array[Puppet::AST::Expression], value => []},
  },
}
type Puppet::AST::KeyedEntry = Puppet::AST::Positioned {
  attributes => {
    key => Puppet::AST::Expression,
    value => Puppet::AST::Expression,
  },
}
type Puppet::AST::LiteralHash = Puppet::AST::Expression {
  attributes => {
    entries => {type => Array[Puppet::AST::KeyedEntry], value => []},
  },
}
type Puppet::AST::BlockExpression = Puppet::AST::Expression {
  attributes => {
    statements => {type => Array[Puppet::AST::Expression], value => []},
  },
}
type Puppet::AST::ApplyBlockExpression = Puppet::AST::BlockExpression {}
type Puppet::AST::CaseOption = Puppet::AST::Expression {
  attributes => {
    values => Array[Puppet::AST::Expression, 1],
    then_expr => Optional[Puppet::AST::Expression],
  },
}
type Puppet::AST::CaseExpression = Puppet::AST::Expression {
  attributes => {
    test => Puppet::AST::Expression,
    options => {type => Array[Puppet::AST::CaseOption], value => []},
  },
}
type Puppet::AST::QueryExpression = Puppet::AST::Expression {
  attributes => {
    expr => Optional[Puppet::AST::Expression],
  },
}
type Puppet::AST::ExportedQuery = Puppet::AST::QueryExpression {}
type Puppet::AST::VirtualQuery = Puppet::AST::QueryExpression {}
type Puppet::AST::AbstractAttributeOperation = Puppet::AST::Positioned {}
type Puppet::AST::AttributeOperation = Puppet::AST::AbstractAttributeOperation {
  attributes => {
    attribute_name => String,
    operator => Enum['+>', '=>'],
    value_expr => Puppet::AST::Expression,
  },
}
type Puppet::AST::AttributesOperation = Puppet::AST::AbstractAttributeOperation {
  attributes => {
    expr => Puppet::AST::Expression,
  },
}
type Puppet::AST::CollectExpression = Puppet::AST::Expression {
  attributes => {
    type_expr => Puppet::AST::Expression,
    query => Puppet::AST::QueryExpression,
    operations => {type => Array[Puppet::AST::AbstractAttributeOperation], value => []},
  },
}
type Puppet::AST::Parameter = Puppet::AST::Positioned {
  attributes => {
    name => String,
    value => Optional[Puppet::AST::Expression],
    type_expr => Optional[Puppet::AST::Expression],
    captures_rest => Optional[Boolean],
  },
}
type Puppet::AST::Definition = Puppet::AST::Expression {}
type Puppet::AST::NamedDefinition = Puppet::AST::Definition {
  attributes => {
    name => String,
    parameters => {type => Array[Puppet::AST::Parameter], value => []},
    body => Optional[Puppet::AST::Expression],
  },
}
type Puppet::AST::FunctionDefinition = Puppet::AST::NamedDefinition {
  attributes => {
    return_type => Optional[Puppet::AST::Expression],
  },
}
type Puppet::AST::ResourceTypeDefinition = Puppet::AST::NamedDefinition {}
type Puppet::AST::QRefDefinition = Puppet::AST::Definition {
  attributes => {
    name => String,
  },
}
type Puppet::AST::TypeAlias = Puppet::AST::QRefDefinition {
  attributes => {
    type_expr => Optional[Puppet::AST::Expression],
  },
}
type Puppet::AST::TypeMapping = Puppet::AST::Definition {
  attributes => {
    type_expr => Optional[Puppet::AST::Expression],
    mapping_expr => Optional[Puppet::AST::Expression],
  },
}
type Puppet::AST::TypeDefinition = Puppet::AST::QRefDefinition {
  attributes => {
    parent => Optional[String],
    body => Optional[Puppet::AST::Expression],
  },
}
type Puppet::AST::NodeDefinition = Puppet::AST::Definition {
  attributes => {
    parent => Optional[Puppet::AST::Expression],
    host_matches => Array[Puppet::AST::Expression, 1],
    body => Optional[Puppet::AST::Expression],
  },
}
type Puppet::AST::HeredocExpression = Puppet::AST::Expression {
  attributes => {
    syntax => Optional[String],
    text_expr => Puppet::AST::Expression,
  },
}
type Puppet::AST::HostClassDefinition = Puppet::AST::NamedDefinition {
  attributes => {
    parent_class => Optional[String],
  },
}
type Puppet::AST::PlanDefinition = Puppet::AST::FunctionDefinition {}
type Puppet::AST::LambdaExpression = Puppet::AST::Expression {
  attributes => {
    parameters => {type => Array[Puppet::AST::Parameter], value => []},
    body => Optional[Puppet::AST::Expression],
    return_type => Optional[Puppet::AST::Expression],
  },
}
type Puppet::AST::ApplyExpression = Puppet::AST::Expression {
  attributes => {
    arguments => {type => Array[Puppet::AST::Expression], value => []},
    body => Optional[Puppet::AST::Expression],
  },
}
type Puppet::AST::IfExpression = Puppet::AST::Expression {
  attributes => {
    test => Puppet::AST::Expression,
    then_expr => Optional[Puppet::AST::Expression],
    else_expr => Optional[Puppet::AST::Expression],
  },
}
type Puppet::AST::UnlessExpression = Puppet::AST::IfExpression {}
type Puppet::AST::CallExpression = Puppet::AST::Expression {
  attributes => {
    rval_required => {type => Boolean, value => false},
    functor_expr => Puppet::AST::Expression,
    arguments => {type => Array[Puppet::AST::Expression], value => []},
    lambda => Optional[Puppet::AST::Expression],
  },
}
type Puppet::AST::CallFunctionExpression = Puppet::AST::CallExpression {}
type Puppet::AST::CallNamedFunctionExpression = Puppet::AST::CallExpression {}
type Puppet::AST::CallMethodExpression = Puppet::AST::CallExpression {}
type Puppet::AST::Literal = Puppet::AST::Expression {}
type Puppet::AST::LiteralValue = Puppet::AST::Literal {}
type Puppet::AST::LiteralRegularExpression = Puppet::AST::LiteralValue {
  attributes => {
    value => Any,
    pattern => String,
  },
}
type Puppet::AST::LiteralString = Puppet::AST::LiteralValue {
  attributes => {
    value => String,
  },
}
type Puppet::AST::LiteralNumber = Puppet::AST::LiteralValue {}
type Puppet::AST::LiteralInteger = Puppet::AST::LiteralNumber {
  attributes => {
    radix => {type => Integer, value => 10},
    value => Integer,
  },
}
type Puppet::AST::LiteralFloat = Puppet::AST::LiteralNumber {
  attributes => {
    value => Float,
  },
}
type Puppet::AST::LiteralUndef = Puppet::AST::Literal {}
type Puppet::AST::LiteralDefault = Puppet::AST::Literal {}
type Puppet::AST::LiteralBoolean = Puppet::AST::LiteralValue {
  attributes => {
    value => Boolean,
  },
}
type Puppet::AST::TextExpression = Puppet::AST::UnaryExpression {}
type Puppet::AST::ConcatenatedString = Puppet::AST::Expression {
  attributes => {
    segments => {type => Array[Puppet::AST::Expression], value => []},
  },
}
type Puppet::AST::QualifiedName = Puppet::AST::LiteralValue {
  attributes => {
    value => String,
  },
}
type Puppet::AST::ReservedWord = Puppet::AST::LiteralValue {
  attributes => {
    word => String,
    future => Optional[Boolean],
  },
}
type Puppet::AST::QualifiedReference = Puppet::AST::LiteralValue {
  attributes => {
    cased_value => String,
    value => {type => String, kind => derived},
  },
}
type Puppet::AST::VariableExpression = Puppet::AST::UnaryExpression {}
type Puppet::AST::EppExpression = Puppet::AST::Expression {
  attributes => {
    parameters_specified => Optional[Boolean],
    body => Optional[Puppet::AST::Expression],
  },
}
type Puppet::AST::RenderStringExpression = Puppet::AST::LiteralString {}
type Puppet::AST::RenderExpression = Puppet::AST::UnaryExpression {}
type Puppet::AST::ResourceBody = Puppet::AST::Positioned {
  attributes => {
    title => Optional[Puppet::AST::Expression],
    operations => {type => Array[Puppet::AST::AbstractAttributeOperation], value => []},
  },
}
type Puppet::AST::AbstractResource = Puppet::AST::Expression {
  attributes => {
    form => {type => Enum['exported', 'regular', 'virtual'], value => 'regular'},
    virtual => {type => Boolean, kind => derived},
    exported => {type => Boolean, kind => derived},
  },
}
type Puppet::AST::ResourceExpression = Puppet::AST::AbstractResource {
  attributes => {
    type_name => Puppet::AST::Expression,
    bodies => {type => Array[Puppet::AST::ResourceBody], value => []},
  },
}
type Puppet::AST::ResourceDefaultsExpression = Puppet::AST::AbstractResource {
  attributes => {
    type_ref => Optional[Puppet::AST::Expression],
    operations => {type => Array[Puppet::AST::AbstractAttributeOperation], value => []},
  },
}
type Puppet::AST::ResourceOverrideExpression = Puppet::AST::AbstractResource {
  attributes => {
    resources => Puppet::AST::Expression,
    operations => {type => Array[Puppet::AST::AbstractAttributeOperation], value => []},
  },
}
type Puppet::AST::SelectorEntry = Puppet::AST::Positioned {
  attributes => {
    matching_expr => Puppet::AST::Expression,
    value_expr => Puppet::AST::Expression,
  },
}
type Puppet::AST::SelectorExpression = Puppet::AST::Expression {
  attributes => {
    left_expr => Puppet::AST::Expression,
    selectors => {type => Array[Puppet::AST::SelectorEntry], value => []},
  },
}
type Puppet::AST::NamedAccessExpression = Puppet::AST::BinaryExpression {}
type Puppet::AST::Program = Puppet::AST::PopsObject {
  attributes => {
    body => Optional[Puppet::AST::Expression],
    definitions => {type => Array[Puppet::AST::Definition], kind => reference, value => []},
    source_text => {type => String, kind => derived},
    source_ref => {type => String, kind => derived},
    line_offsets => {type => Array[Integer], kind => derived},
    locator => Puppet::AST::Locator,
  },
}
