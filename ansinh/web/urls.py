"""The addresses of the pages, in Vietnamese words."""

from django.urls import path

from ansinh.web import (
    areas,
    cash,
    coverage,
    duplicates,
    events,
    home,
    language,
    laws,
    lists,
    month,
    paying_again,
    person,
    sign_in,
    simulation,
)

# Changed addresses break what officers have kept; the tests walk this list to see that each page not marked open asks
# for a sign-in.
urlpatterns = [
    path("", home.home),
    path("suc-khoe/", home.health),
    path("dang-nhap/", sign_in.sign_in),
    path("dang-xuat/", sign_in.sign_out),
    path("doi-mat-khau/", sign_in.change_password),
    path("ngon-ngu/", language.choose),
    path("ky-chi-tra/", month.newest),
    path("ky-chi-tra/<str:month>/", month.month_page),
    # Before the pattern below them, which would take their last word for an act.
    path("ky-chi-tra/<str:month>/<str:code>/tam-giu/", month.holds_page),
    path("ky-chi-tra/<str:month>/<str:code>/chi-lai/", paying_again.again_page),
    path("ky-chi-tra/<str:month>/<str:code>/<str:act_name>/", month.act_page),
    path("tien-mat/", cash.newest),
    path("tien-mat/<str:month>/", cash.month_page),
    path("tien-mat/<str:month>/<str:code>/<str:commune>/", cash.point_page),
    path("tien-mat/<str:month>/<str:code>/<str:commune>/chi/", cash.pay_page),
    path("tien-mat/<str:month>/<str:code>/<str:commune>/bang-ky/", cash.sheet_file),
    path("do-phu/", coverage.newest),
    path("do-phu/<str:month>/", coverage.coverage_page),
    path("nguoi/", person.search_page),
    path("nguoi/<int:person_id>/", person.person_page),
    path("danh-sach/", lists.lists_page),
    path("danh-sach/<int:list_id>/", lists.list_page),
    path("danh-sach/<int:list_id>/cot/", lists.columns_page),
    path("danh-sach/<int:list_id>/giu-lai/", lists.held_sheet),
    path("danh-sach/<int:list_id>/xem-truoc/", lists.preview_sheet),
    path("bien-dong/", events.events_page),
    path("bien-dong/<int:event_id>/", events.event_page),
    path("nguoi/<int:person_id>/bien-dong/", events.tell_page),
    path("trung-lap/", duplicates.pairs_page),
    path("trung-lap/<int:pair_id>/", duplicates.pair_page),
    path("dia-ban/", areas.areas_page),
    path("dia-ban/<int:unit_id>/", areas.unit_page),
    path("luat/mo-phong/", simulation.simulation_page),
    path("bo-luat/", laws.laws_page),
    path("bo-luat/<str:release_hash>/", laws.law_page),
    path("bo-luat/<str:release_hash>/tham-dinh/", laws.review),
    path("cong-khai/", coverage.public_page),
]
