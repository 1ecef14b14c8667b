{# E3: whether an offence meets the definition's entry filter; unknown is "not met". #}
{% macro meets_entry_filter(entry_filter, offences) -%}
    case {{ entry_filter }}
        when 'none' then true
        when 'serious_violence' then coalesce(
            {{ offences }}.yjb_category in ('ROBBERY', 'DRUGS', 'VIOLENCE_AGAINST_THE_PERSON')
            and {{ offences }}.seriousness between 5 and 8,
            false
        )
        when 'knife' then {{ offences }}.is_knife_related
    end
{%- endmacro %}
