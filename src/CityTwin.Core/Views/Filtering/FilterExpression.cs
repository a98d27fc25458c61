using System.Collections.Immutable;

namespace CityTwin.Core.Views.Filtering;

/// <summary>
/// A filter as written: a subset of AIP-160. The closed family is <see cref="AllOf"/>, <see cref="AnyOf"/>,
/// <see cref="Negation"/>, <see cref="Comparison"/> and <see cref="FunctionCall"/>.
/// </summary>
/// <param name="Position">Where it begins in the text, from 0.</param>
public abstract record FilterExpression(int Position);

/// <summary><c>a AND b AND c</c>; at least two terms.</summary>
public sealed record AllOf(int Position, ImmutableArray<FilterExpression> Terms) : FilterExpression(Position);

/// <summary><c>a OR b OR c</c>; at least two terms. As in AIP-160 it binds tighter than <c>AND</c>.</summary>
public sealed record AnyOf(int Position, ImmutableArray<FilterExpression> Terms) : FilterExpression(Position);

/// <summary><c>NOT a</c>.</summary>
public sealed record Negation(int Position, FilterExpression Term) : FilterExpression(Position);

/// <summary><c>field.path = "value"</c>.</summary>
public sealed record Comparison(int Position, string Path, FilterOperator Operator, FilterValue Value) : FilterExpression(Position);

/// <summary><c>within("zones/harbour")</c>.</summary>
public sealed record FunctionCall(int Position, string Function, FilterValue Argument) : FilterExpression(Position);

/// <summary>A value of a comparison or a call.</summary>
/// <param name="Text">Without quotes and escapes.</param>
/// <param name="IsStar">True for a bare <c>*</c>: any value that is present.</param>
public readonly record struct FilterValue(int Position, string Text, bool IsStar);

/// <summary>How a field is compared.</summary>
public enum FilterOperator
{
    /// <summary><c>=</c></summary>
    Equal,

    /// <summary><c>!=</c></summary>
    NotEqual,

    /// <summary><c>&lt;</c></summary>
    Less,

    /// <summary><c>&lt;=</c></summary>
    LessOrEqual,

    /// <summary><c>&gt;</c></summary>
    Greater,

    /// <summary><c>&gt;=</c></summary>
    GreaterOrEqual,

    /// <summary><c>:</c> A text contains it, whatever the case; a list has it; with <c>*</c> there is any value.</summary>
    Has,
}

/// <summary>What is wrong with a filter.</summary>
/// <param name="Position">Where, from 0.</param>
/// <param name="Code">Stable, for programs.</param>
public sealed record FilterFault(int Position, string Code, string Text)
{
    public override string ToString() => $"At {Position}: {Text}";
}
