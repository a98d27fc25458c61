using System.Collections.Frozen;

namespace CityTwin.Core.Access;

/// <summary>One row of the permission table.</summary>
/// <param name="Action">An RPC (<c>package.Service/Method</c>), a route (<c>GET /v1/events</c>), a page (<c>page /</c>) or a topic (<c>publish sensors/{sensor}/reading</c>).</param>
/// <param name="Roles">Any of these suffices.</param>
public sealed record Permission(string Action, Roles Roles);

/// <summary>Who may do what: every action there is, and the roles that may take it. What has no row, nobody may.</summary>
public sealed class PermissionTable
{
    private readonly FrozenDictionary<string, Permission> _rows;
    private readonly FrozenDictionary<string, Permission>.AlternateLookup<ReadOnlySpan<char>> _byText;

    public PermissionTable(IEnumerable<Permission> rows)
    {
        _rows = rows.ToFrozenDictionary(row => row.Action, StringComparer.Ordinal);
        _byText = _rows.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    public IEnumerable<Permission> Rows => _rows.Values.OrderBy(row => row.Action, StringComparer.Ordinal);

    /// <summary>The row of an action; one that lets nobody in when there is none.</summary>
    public Permission Of(ReadOnlySpan<char> action) => _byText.TryGetValue(action, out var row) ? row : new(action.ToString(), Roles.None);
}
